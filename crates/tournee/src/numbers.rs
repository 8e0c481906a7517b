//! `tournee numbers` and `tournee merchant set`: the numbers of local labels, and what a merchant wants in the dark and
//! where a pickup point cannot be had.
//!
//! Works beside a running server: both write through the database's own locks. A part that was cut out for a site is
//! handed over when its file is on disk; what went wrong after the cut costs numbers and never uses one twice.

use crate::{
    cli::{IfGone, MerchantSet, NumbersAction, NumbersAdd, NumbersSplit, Where, YesOrNo},
    fault::Fault,
    merchant::open,
    say,
    serve::settle,
};
use clock::{Clock, SystemClock};
use dispatch::{IfPointIsGone, InTheDark};
use label::Range;
use parcel::{ColissimoNumber, MerchantId, Product};
use serde::{Deserialize, Serialize};
use std::{
    fs,
    path::{Path, PathBuf},
};
use store::{LocalWish, NewRange, Numbers, PointRule, Store};

/// What a site's file begins with: whoever reads another knows that it is not one.
const FORMAT: &str = "tournee-numbers-1";

/// The numbers of one site, as they go from store to store.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SiteFile {
    format: String,
    merchant: MerchantId,
    product: Product,
    site: String,
    first: ColissimoNumber,
    last: ColissimoNumber,
}

/// Runs `tournee numbers`.
///
/// # Errors
/// When the configuration, a file or the store is wrong, or the store refuses.
pub fn run(action: &NumbersAction) -> Result<(), Fault> {
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    match action {
        NumbersAction::Add(args) => runtime.block_on(add(args)),
        NumbersAction::List(place) => runtime.block_on(list(place)),
        NumbersAction::Split(args) => runtime.block_on(split(args)),
    }
}

/// `tournee merchant set`.
///
/// # Errors
/// When there is no such merchant, or the store fails.
pub async fn set(args: &MerchantSet) -> Result<(), Fault> {
    let id = merchant(&args.id)?;
    let store = open(&settle(&args.place, None)?)?;
    let Some(before) = store.local_wish(&id).await? else {
        return Err(Fault::usage(format!("there is no merchant {id}; `tournee merchant list` has them all")));
    };
    let wish = LocalWish {
        in_the_dark: args.in_the_dark.map_or(before.in_the_dark, InTheDark::from),
        client: args.client.or(before.client),
        site: args.site.clone().or(before.site),
    };
    store.set_local_wish(&id, wish.clone()).await?;
    say::line(format_args!("merchant {id}: {}", described(&wish)));
    let before = store.point_rule(&id).await?.unwrap_or_default();
    let rule = point_rule(args, before);
    if rule != before {
        store.set_point_rule(&id, rule).await?;
    }
    say::line(format_args!("pickup points: {}", rule_in_words(rule)));
    for missing in missing(&store, &id, &wish).await? {
        say::aside(missing);
    }
    Ok(store.close().await?)
}

fn point_rule(args: &MerchantSet, before: PointRule) -> PointRule {
    let if_gone = match (args.if_point_is_gone, args.nearest_within) {
        (Some(IfGone::Ask), _) => IfPointIsGone::Ask,
        (Some(IfGone::Nearest), Some(within_m)) => IfPointIsGone::Nearest { within_m },
        (Some(IfGone::Nearest), None) | (None, _) => before.if_gone,
    };
    let home_offered = args.offer_home.map_or(before.home_offered, |offer| offer == YesOrNo::Yes);
    PointRule { if_gone, home_offered }
}

fn rule_in_words(rule: PointRule) -> String {
    let home = if rule.home_offered { "home delivery is offered" } else { "home delivery is not offered" };
    match rule.if_gone {
        IfPointIsGone::Ask => format!("where one cannot be had somebody is asked; to the buyer {home}"),
        IfPointIsGone::Nearest { within_m } => format!(
            "where one cannot be had the nearest of its kind within {within_m} m is taken, else somebody is asked; to the \
             buyer {home}"
        ),
    }
}

fn described(wish: &LocalWish) -> String {
    let policy = match wish.in_the_dark {
        InTheDark::Wait => "labels wait for the carrier",
        InTheDark::Local => "in the dark urgent labels are printed locally",
        InTheDark::Ask => "in the dark local labels are offered for urgent ones",
    };
    let client = wish.client.map_or("no client number".into(), |client| format!("client {client}"));
    format!("{policy}; {client}; site {}", wish.site.as_deref().unwrap_or("not named"))
}

/// What a merchant still lacks for the local labels that it wants, each with what to do.
pub(crate) async fn missing(store: &Store, id: &MerchantId, wish: &LocalWish) -> Result<Vec<String>, Fault> {
    if wish.in_the_dark == InTheDark::Wait {
        return Ok(Vec::new());
    }
    let mut missing = Vec::new();
    if wish.client.is_none() {
        missing.push(format!(
            "no local label is printed without a client number: `tournee merchant set --id {id} --client NUMBER`"
        ));
    }
    let numbers = store.numbers(SystemClock.now().paris_date()).await?;
    if !numbers.iter().any(|numbers| numbers.merchant == *id && numbers.left > 0) {
        missing.push(format!(
            "no local label is printed without a range of numbers, which the carrier gives with the contract: \
             `tournee numbers add --id {id} --product DOM --first NUMBER --last NUMBER`"
        ));
    }
    Ok(missing)
}

fn merchant(text: &str) -> Result<MerchantId, Fault> {
    text.parse().map_err(|e| Fault::usage(format!("--id: {e}; `tournee merchant list` has them all")))
}

async fn add(args: &NumbersAdd) -> Result<(), Fault> {
    let (id, product, range, site) = wanted(args)?;
    let store = open(&settle(&args.place, None)?)?;
    let account = account(&store, &id, args.account.as_deref()).await?;
    let new = NewRange { account, product: product.clone(), range, site };
    store.add_range(new, SystemClock.now()).await?;
    let (count, first, last) = (range.len(), range.first(), range.last());
    say::line(format_args!("{count} numbers for {product} of {id} added: {first} to {last}"));
    Ok(store.close().await?)
}

/// Whose numbers for what, and the site that they are for when they come from a file.
fn wanted(args: &NumbersAdd) -> Result<(MerchantId, Product, Range, Option<String>), Fault> {
    let range = |first, last| Range::new(first, last).map_err(|e| Fault::usage(e.to_string()));
    if let Some(path) = &args.file {
        let file = read(path)?;
        let id = args.id.as_deref().map_or(Ok(file.merchant), merchant)?;
        return Ok((id, file.product, range(file.first, file.last)?, Some(file.site)));
    }
    let (Some(id), Some(product), Some(first), Some(last)) = (&args.id, &args.product, args.first, args.last) else {
        return Err(Fault::usage("give --id, --product, --first and --last, or --file"));
    };
    Ok((merchant(id)?, product.clone(), range(first, last)?, None))
}

#[expect(clippy::disallowed_methods, reason = "a site's file is a message between stores, not one of our data files")]
fn read(path: &Path) -> Result<SiteFile, Fault> {
    let text = fs::read_to_string(path)
        .map_err(|e| Fault::usage(format!("cannot read {}: {e}; give the right path", path.display())))?;
    let wrong = |why: String| {
        Fault::usage(format!("{} is no file of `tournee numbers split` ({why}); copy it whole", path.display()))
    };
    let file: SiteFile = serde_json::from_str(&text).map_err(|e| wrong(e.to_string()))?;
    if file.format == FORMAT { Ok(file) } else { Err(wrong(format!("format {:?}", file.format))) }
}

/// The account that is meant: the one that is named, or the merchant's only one.
pub(crate) async fn account(store: &Store, id: &MerchantId, named: Option<&str>) -> Result<String, Fault> {
    let all = store.accounts_of(id).await?;
    let known = || all.iter().map(|account| account.id.as_str()).collect::<Vec<_>>().join(", ");
    match (named, all.as_slice()) {
        (_, []) => Err(Fault::usage(format!("there is no merchant {id}; `tournee merchant list` has them all"))),
        (None, [only]) => Ok(only.id.clone()),
        (None, _) => Err(Fault::usage(format!("{id} has several accounts; give one with --account: {}", known()))),
        (Some(named), all) if all.iter().any(|account| account.id == named) => Ok(named.to_owned()),
        (Some(named), _) => Err(Fault::usage(format!("{id} has no account {named}; it has {}", known()))),
    }
}

async fn list(place: &Where) -> Result<(), Fault> {
    let store = open(&settle(place, None)?)?;
    let all = store.numbers(SystemClock.now().paris_date()).await?;
    if all.is_empty() {
        say::line("no numbers yet; `tournee numbers add` registers a range that the carrier gave");
    }
    for numbers in &all {
        say::line(total(numbers));
        for range in &numbers.ranges {
            let whose = range.site.as_ref().map_or(format!("{} left", range.left), |site| format!("site {site}"));
            say::line(format_args!("  {} to {}\t{whose}", range.range.first(), range.range.last()));
        }
        if numbers.forecast.warn {
            say::aside(running_out(numbers));
        }
    }
    let on_its_way = store.announcing().await?;
    if on_its_way.waiting + on_its_way.unseen > 0 {
        let (waiting, unseen) = (on_its_way.waiting, on_its_way.unseen);
        say::line(format_args!("local labels: {waiting} to announce, {unseen} announced and not in tracking yet"));
    }
    Ok(store.close().await?)
}

fn total(numbers: &Numbers) -> String {
    let end = numbers.forecast.ends_on.map_or("no end in sight".to_owned(), |day| format!("used up about {day}"));
    let (merchant, account, product, left) = (&numbers.merchant, &numbers.account, &numbers.product, numbers.left);
    format!("{merchant}\t{account}\t{product}\t{left} left, {:.0} a day, {end}", numbers.forecast.per_day)
}

/// What to do about numbers that run out.
pub(crate) fn running_out(numbers: &Numbers) -> String {
    let (left, product, merchant) = (numbers.left, &numbers.product, &numbers.merchant);
    format!("{left} numbers for {product} of {merchant} are left: ask the carrier for another range now")
}

async fn split(args: &NumbersSplit) -> Result<(), Fault> {
    let id = merchant(&args.id)?;
    make_dir(&args.out)?;
    let paths: Vec<PathBuf> =
        args.sites.iter().map(|site| args.out.join(format!("{id}-{}-{site}.json", args.product))).collect();
    if let Some(there) = paths.iter().find(|path| path.exists()) {
        return Err(Fault::usage(format!(
            "{} is there already; take it away or choose another --out",
            there.display()
        )));
    }
    let store = open(&settle(&args.place, None)?)?;
    let account = account(&store, &id, args.account.as_deref()).await?;
    let cut = store.split_range(&account, &args.product, args.sites.clone(), args.each, SystemClock.now()).await?;
    store.close().await?;
    for ((site, range), path) in cut.into_iter().zip(&paths) {
        let (first, last) = (range.first(), range.last());
        let file =
            SiteFile { format: FORMAT.into(), merchant: id.clone(), product: args.product.clone(), site, first, last };
        say::report(path, &file)?;
        say::line(format_args!("{}: {first} to {last}", path.display()));
    }
    Ok(())
}

fn make_dir(dir: &Path) -> Result<(), Fault> {
    fs::create_dir_all(dir)
        .map_err(|e| Fault::usage(format!("cannot make {}: {e}; choose another --out", dir.display())))
}
