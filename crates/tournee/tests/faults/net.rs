//! The network of a world. The world itself is everything outside: the carrier, somebody elsewhere and the name service
//! have addresses on its loop-back interface, behind one cable to us. We have a namespace of our own, with two cables:
//! the way out, which is what breaks, and one in the house by which our clients reach us.

use crate::fault::Route;
use std::{
    io::{BufRead, BufReader, Write},
    net::{Ipv4Addr, SocketAddr},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

/// The carrier's front.
pub(crate) const CARRIER: Ipv4Addr = Ipv4Addr::new(10, 77, 1, 1);
/// Somebody whom nobody judges.
pub(crate) const ELSEWHERE: Ipv4Addr = Ipv4Addr::new(10, 77, 2, 1);
/// The name service.
pub(crate) const RESOLVER: Ipv4Addr = Ipv4Addr::new(10, 77, 3, 1);
/// Where we are for our clients.
pub(crate) const US: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::new(10, 78, 0, 2)), 8080);
/// How often a disk is tried to be made smaller.
const SHRINKS_MAX: u32 = 50;
/// What says that the orders before it were carried out.
const DONE: &str = "that was done";

/// The namespaces that a world needs, as this user may have them; or why not.
pub(crate) fn apart() -> Result<Vec<&'static str>, String> {
    let plain = vec!["--net", "--mount", "--pid", "--fork", "--kill-child"];
    let as_nobody = [&["--map-root-user"][..], &plain].concat();
    let mut why = String::new();
    for flags in [plain, as_nobody] {
        let try_out = "ip link set lo up && ip link add out0 type veth peer name out1 && mount -t tmpfs none /mnt";
        match Command::new("unshare").args(&flags).args(["sh", "-c", try_out]).stdin(Stdio::null()).output() {
            Ok(tried) if tried.status.success() => return Ok(flags),
            Ok(tried) => why = String::from_utf8_lossy(&tried.stderr).trim().to_owned(),
            Err(error) => why = format!("unshare: {error}"),
        }
    }
    Err(why.lines().next().unwrap_or("no reason is given").to_owned())
}

/// Runs `ip` in the world.
fn ip(args: &str) {
    let ran = Command::new("ip").args(args.split(' ')).output().expect("ip");
    assert!(ran.status.success(), "ip {args}: {}", String::from_utf8_lossy(&ran.stderr));
}

/// A disk of its own for the data, which has room for so much.
pub(crate) fn disk(at: &Path, mebibytes: u32) {
    let size = format!("size={mebibytes}m");
    let ran = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "none"]).arg(at).status().expect("mount");
    assert!(ran.success(), "a disk of its own");
}

/// Makes that disk as small as what is on it.
pub(crate) fn shrink(at: &Path) {
    // More may be written between the look and the deed, which is refused then.
    let shrunk = (0..SHRINKS_MAX).any(|_| {
        let used = rustix::fs::statvfs(at).expect("its size");
        let size = format!("remount,size={}", (used.f_blocks - used.f_bfree) * used.f_frsize);
        Command::new("mount").args(["-o", &size]).arg(at).stderr(Stdio::null()).status().expect("mount").success()
    });
    assert!(shrunk, "a smaller disk");
}

/// Ourselves: a shell in a namespace of its own, which does what it is told.
pub(crate) struct Us {
    shell: Child,
    orders: ChildStdin,
    said: BufReader<ChildStdout>,
}

impl Us {
    /// Lays the cables and sets us up behind them.
    pub(crate) fn connect(dir: &Path) -> Self {
        let mut shell = Command::new("unshare")
            .args(["--net", "--mount", "sh"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a namespace for us");
        let (orders, said) = (shell.stdin.take().expect("piped"), shell.stdout.take().expect("piped"));
        let mut us = Self { shell, orders, said: BufReader::new(said) };
        // Once it answers it is in its namespace.
        us.order("true");
        let there = us.shell.id();
        ip("link set lo up");
        for address in [CARRIER, ELSEWHERE, RESOLVER] {
            ip(&format!("address add {address}/32 dev lo"));
        }
        for (cable, here) in [("out", "10.77.0.1/24"), ("house", "10.78.0.1/24")] {
            ip(&format!("link add {cable}0 type veth peer name {cable}1"));
            ip(&format!("link set {cable}1 netns {there}"));
            ip(&format!("address add {here} dev {cable}0"));
            ip(&format!("link set {cable}0 up"));
        }
        us.order("ip link set lo up");
        us.order("ip address add 10.77.0.2/24 dev out1 && ip link set out1 up");
        us.order("ip address add 10.78.0.2/24 dev house1 && ip link set house1 up");
        us.order("ip route add default via 10.77.0.1");
        let dir = dir.display();
        us.order(&format!("echo nameserver {RESOLVER} > {dir}/resolv.conf"));
        us.order(&format!("echo 'hosts: files dns' > {dir}/nsswitch.conf"));
        us.order(&format!("mount --bind {dir}/resolv.conf /etc/resolv.conf"));
        us.order(&format!("test ! -e /etc/nsswitch.conf || mount --bind {dir}/nsswitch.conf /etc/nsswitch.conf"));
        us
    }

    /// Has something done and waits for its end; gives what it said.
    pub(crate) fn order(&mut self, what: &str) -> String {
        writeln!(self.orders, "{what} && echo {DONE} || echo not done").expect("the shell listens");
        let mut said = String::new();
        loop {
            let mut line = String::new();
            assert_ne!(self.said.read_line(&mut line).expect("read"), 0, "the shell ended at {what}");
            if line.trim_end() == DONE {
                return said;
            }
            assert_ne!(line.trim_end(), "not done", "{what}: {said}");
            said += &line;
        }
    }

    /// Breaks our way out.
    pub(crate) fn break_route(&mut self, how: Route) {
        match how {
            Route::Unplugged => ip("link set out0 down"),
            Route::Forgotten => drop(self.order("ip route del default")),
            Route::Swallowed => {
                for address in [CARRIER, ELSEWHERE, RESOLVER] {
                    swallow(address);
                }
            }
        }
    }
}

/// From now on what is sent to this address comes to nothing, silently: the world does not forward.
pub(crate) fn swallow(address: Ipv4Addr) {
    ip(&format!("address del {address}/32 dev lo"));
}

impl Drop for Us {
    fn drop(&mut self) {
        // What it has started ends with the world.
        let _ = self.shell.kill();
        let _ = self.shell.wait();
    }
}
