//! How a channel is: a small state machine fed by its canary and by what comes of real messages.

use clock::Time;

/// Failed canaries in a row after which a channel is down; one is enough when real messages failed too, or
/// nothing is known of it yet.
const CANARIES_FAILED_MAX: u8 = 2;

/// How a channel is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ChannelState {
    /// It works.
    #[default]
    Up,
    /// Something failed, or it has only just come back: it is used, and its canary goes out soon.
    Doubtful,
    /// Its canary fails: nothing is sent by it.
    Down,
}

impl ChannelState {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Up, Self::Doubtful, Self::Down];

    /// Its name outside.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Doubtful => "doubtful",
            Self::Down => "down",
        }
    }
}

/// The health of one channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChannelHealth {
    /// How it is.
    pub state: ChannelState,
    /// Since when.
    pub since: Time,
    canaries_failed: u8,
    messages_failed: bool,
}

impl ChannelHealth {
    /// A channel of which nothing is known yet: it is used, and its canary goes out soon.
    pub fn new(now: Time) -> Self {
        Self::known(ChannelState::Doubtful, now)
    }

    /// A channel that was left like this. It was not seen to work since, so that one failed canary takes it down.
    pub const fn known(state: ChannelState, since: Time) -> Self {
        Self { state, since, canaries_failed: 0, messages_failed: true }
    }

    /// Its canary came back, well or not. Only canaries take a channel down and bring it back.
    pub fn canary(&mut self, well: bool, now: Time) {
        if well {
            self.canaries_failed = 0;
            self.messages_failed = false;
            self.go(if self.state == ChannelState::Down { ChannelState::Doubtful } else { ChannelState::Up }, now);
            return;
        }
        self.canaries_failed = self.canaries_failed.saturating_add(1);
        let down = self.canaries_failed >= CANARIES_FAILED_MAX || self.messages_failed;
        if self.state != ChannelState::Down {
            self.go(if down { ChannelState::Down } else { ChannelState::Doubtful }, now);
        }
    }

    /// A real message was taken, or failed by the channel's fault.
    pub fn message(&mut self, well: bool, now: Time) {
        self.messages_failed = !well;
        match (self.state, well) {
            (ChannelState::Doubtful, true) => {
                self.canaries_failed = 0;
                self.go(ChannelState::Up, now);
            }
            (ChannelState::Up, false) => self.go(ChannelState::Doubtful, now),
            _ => {}
        }
    }

    fn go(&mut self, state: ChannelState, now: Time) {
        if state != self.state {
            self.state = state;
            self.since = now;
        }
    }
}
