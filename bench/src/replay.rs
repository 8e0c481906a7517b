//! The 52 hours of 22 to 24 December 2025 in simulated time.

use crate::{
    Outcome,
    measure::{Row, Started},
};
use sim::{
    scenario::Scenario,
    world::{Plan, replay},
};

/// Our gateway alone, then with the client of the common shape in the same world.
pub(crate) fn measure(quick: u32) -> Outcome {
    let orders = 100_000 / quick;
    let plan = Plan {
        scenario: Scenario::builtin_day()?,
        orders,
        seed: 1,
        naive: false,
        in_the_dark: dispatch::InTheDark::Wait,
    };
    let bar = indicatif::ProgressBar::new(1_000);
    let started = Started::now();
    let report = replay(&plan, &mut |p| {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a thousand")]
        bar.set_position((p.share * 1_000.0) as u64);
    })?;
    bar.finish_and_clear();
    let spent = started.spent();
    let n = u64::from(orders);
    let row = |what: &str, value: u64| Row::new("replay", what, value as f64, "orders", n);
    Ok(vec![
        Row::new("replay", format!("the 52 hours with {orders} orders"), spent.wall.as_secs_f64(), "s", n)
            .costing(&spent),
        row("lost", report.day.orders_lost),
        row("with two labels released", report.day.orders_double_released),
        row("sent elsewhere without a word", report.day.silent_substitutions),
    ])
}
