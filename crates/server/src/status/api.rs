//! The Statuspage API v2 as its readers know it. What it has no field for is under `x_…`.

use super::{STORIES_COUNT_MAX, View, say, story_path};
use clock::Time;
use notice::{
    Claim, Stage,
    board::{CarrierBoard, FunctionBoard, ServiceState, Status, Story, Told},
};
use serde::Serialize;
use serde_json::Value;
use watch::{Carrier, Condition, Function};

/// The id of the page, the same for every installation: readers ask one page by its address.
const PAGE_ID: &str = "tournee";
/// In which zone the days of the page begin.
const TIME_ZONE: &str = "Europe/Paris";

type Write = fn(View<'_>) -> String;

/// Every document by its path.
pub(super) const FORMS: &[(&str, &Write)] = &[
    ("/api/v2/summary.json", &(summary as Write)),
    ("/api/v2/status.json", &(status as Write)),
    ("/api/v2/components.json", &(components as Write)),
    ("/api/v2/incidents.json", &(incidents as Write)),
    ("/api/v2/incidents/unresolved.json", &(unresolved as Write)),
    ("/api/v2/scheduled-maintenances.json", &(maintenances as Write)),
    ("/api/v2/scheduled-maintenances/upcoming.json", &(maintenances as Write)),
    ("/api/v2/scheduled-maintenances/active.json", &(maintenances as Write)),
];

#[derive(Default, Serialize)]
struct Document {
    page: Page,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<Rollup>,
    #[serde(skip_serializing_if = "Option::is_none")]
    components: Option<Vec<Component>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    incidents: Option<Vec<Incident>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scheduled_maintenances: Option<[(); 0]>,
    /// Of when this is.
    x_as_of: String,
    /// Until when it may be taken for the present.
    x_good_until: String,
    /// Whether how things are is known at all.
    x_known: bool,
    x_next_message_by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    x_services: Option<Vec<OtherService>>,
}

#[derive(Default, Serialize)]
struct Page {
    id: &'static str,
    name: String,
    url: String,
    time_zone: &'static str,
    updated_at: String,
}

#[derive(Serialize)]
struct Rollup {
    indicator: &'static str,
    description: String,
}

#[derive(Serialize)]
struct Component {
    id: String,
    name: String,
    status: &'static str,
    created_at: String,
    updated_at: String,
    position: usize,
    description: Option<String>,
    showcase: bool,
    start_date: Option<String>,
    group_id: Option<String>,
    page_id: &'static str,
    group: bool,
    only_show_if_degraded: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    components: Option<Vec<String>>,
    x_claims: Vec<Said>,
    x_way_round: Option<String>,
    /// How the watch sees it: well, slow, dark, signs, under_watch.
    x_condition: Option<&'static str>,
}

/// A sentence and what it stands on.
#[derive(Serialize)]
struct Said {
    text: String,
    level: &'static str,
    #[serde(flatten)]
    claim: Value,
}

#[derive(Serialize)]
struct Incident {
    id: String,
    name: String,
    status: &'static str,
    created_at: String,
    updated_at: String,
    monitoring_at: Option<String>,
    resolved_at: Option<String>,
    impact: &'static str,
    shortlink: String,
    started_at: String,
    page_id: &'static str,
    incident_updates: Vec<Update>,
    components: Vec<Component>,
    x_next_message_by: Option<String>,
}

#[derive(Serialize)]
struct Update {
    id: String,
    status: &'static str,
    body: String,
    incident_id: String,
    created_at: String,
    updated_at: String,
    display_at: String,
    affected_components: Vec<AffectedComponent>,
    deliver_notifications: bool,
    custom_tweet: Option<String>,
    tweet_id: Option<String>,
    x_claims: Vec<Said>,
    x_remark: Option<Remark>,
}

#[derive(Serialize)]
struct AffectedComponent {
    code: String,
    name: String,
    old_status: &'static str,
    new_status: &'static str,
}

/// An operator's words, marked as theirs.
#[derive(Serialize)]
struct Remark {
    by: String,
    text: String,
    at: String,
}

#[derive(Serialize)]
struct OtherService {
    name: String,
    state: &'static str,
    alternative: String,
}

fn summary(view: View<'_>) -> String {
    let open = view.board.stories.iter().filter(|story| story.is_open());
    written(Document {
        status: Some(rollup(view)),
        components: Some(all_components(view)),
        incidents: Some(open.map(|story| incident(view, story)).collect()),
        scheduled_maintenances: Some([]),
        x_services: Some(services(view)),
        ..document(view)
    })
}

fn status(view: View<'_>) -> String {
    written(Document { status: Some(rollup(view)), ..document(view) })
}

fn components(view: View<'_>) -> String {
    written(Document { components: Some(all_components(view)), ..document(view) })
}

fn incidents(view: View<'_>) -> String {
    let all = view.board.stories.iter().take(STORIES_COUNT_MAX).map(|story| incident(view, story));
    written(Document { incidents: Some(all.collect()), ..document(view) })
}

fn unresolved(view: View<'_>) -> String {
    let open = view.board.stories.iter().filter(|story| story.is_open());
    written(Document { incidents: Some(open.map(|story| incident(view, story)).collect()), ..document(view) })
}

fn maintenances(view: View<'_>) -> String {
    written(Document { scheduled_maintenances: Some([]), ..document(view) })
}

fn written(document: Document) -> String {
    // Every key is a string and every number is finite: writing to a string cannot fail.
    serde_json::to_string(&document).unwrap_or_default()
}

fn document(view: View<'_>) -> Document {
    let board = view.board;
    Document {
        page: Page {
            id: PAGE_ID,
            name: view.settings.name.clone(),
            url: view.url("/status"),
            time_zone: TIME_ZONE,
            updated_at: board.at.to_string(),
        },
        x_as_of: board.at.to_string(),
        x_good_until: board.good_until.to_string(),
        x_known: view.known,
        x_next_message_by: board.next_by.map(|time| time.to_string()),
        ..Document::default()
    }
}

/// The whole in a word. Where nothing is known that is no reason to say that all is well.
fn rollup(view: View<'_>) -> Rollup {
    let indicator = if view.known { view.board.indicator.name() } else { "minor" };
    Rollup { indicator, description: say::overall(view).0 }
}

/// Groups with their functions below them; none where nothing is known.
fn all_components(view: View<'_>) -> Vec<Component> {
    if !view.known {
        return Vec::new();
    }
    let mut all = Vec::new();
    for carrier in &view.board.carriers {
        let place = all.len() + 1;
        all.push(group(view, carrier, place));
        for function in &carrier.functions {
            all.push(component(view, &carrier.carrier, function, all.len() + 1));
        }
    }
    all
}

fn group(view: View<'_>, carrier: &CarrierBoard, position: usize) -> Component {
    let worst = carrier.functions.iter().map(|one| one.status).max().unwrap_or(Status::Operational);
    let ids = carrier.functions.iter().map(|one| component_id(&carrier.carrier, one.function));
    Component {
        id: carrier_id(&carrier.carrier),
        name: say::carrier(view.lang, &carrier.carrier),
        group: true,
        components: Some(ids.collect()),
        x_claims: carrier.claims.iter().filter_map(|claim| said(view, claim, view.board.at)).collect(),
        ..bare(view, worst, position)
    }
}

fn component(view: View<'_>, carrier: &Carrier, of: &FunctionBoard, position: usize) -> Component {
    let way_round = view.settings.ways_round.of(of.function).get(view.lang);
    let way_round = (of.status != Status::Operational && !way_round.is_empty()).then(|| way_round.to_owned());
    Component {
        id: component_id(carrier, of.function),
        name: say::component(view.lang, carrier, of.function),
        updated_at: of.since.unwrap_or(view.board.at).to_string(),
        group_id: Some(carrier_id(carrier)),
        x_claims: of.claims.iter().filter_map(|claim| said(view, claim, view.board.at)).collect(),
        x_way_round: way_round,
        x_condition: of.condition.map(Condition::name),
        ..bare(view, of.status, position)
    }
}

/// A component without what makes it one of many.
fn bare(view: View<'_>, status: Status, position: usize) -> Component {
    let since = view.board.watched_since;
    Component {
        id: String::new(),
        name: String::new(),
        status: status.name(),
        created_at: since.unwrap_or(view.board.at).to_string(),
        updated_at: view.board.at.to_string(),
        position,
        description: None,
        showcase: true,
        start_date: since.map(|since| since.paris_date().to_string()),
        group_id: None,
        page_id: PAGE_ID,
        group: false,
        only_show_if_degraded: false,
        components: None,
        x_claims: Vec::new(),
        x_way_round: None,
        x_condition: None,
    }
}

fn incident(view: View<'_>, story: &Story) -> Incident {
    let updated = story.told.first().map_or(story.opened, |told| told.update.at);
    let functions = view.board.functions().enumerate();
    let of_it =
        functions.filter(|(_, (carrier, of))| **carrier == story.carrier && story.functions.contains(&of.function));
    let components = of_it.map(|(place, (carrier, of))| component(view, carrier, of, place + 1));
    Incident {
        id: story.id.0.to_string(),
        name: say::story(view.lang, story),
        status: stage(story.stage),
        created_at: story.told.last().map_or(story.opened, |told| told.update.at).to_string(),
        updated_at: updated.to_string(),
        monitoring_at: story.monitoring.map(|time| time.to_string()),
        resolved_at: story.resolved.map(|time| time.to_string()),
        impact: story.impact.name(),
        shortlink: view.url(&story_path(story)),
        started_at: story.opened.to_string(),
        page_id: PAGE_ID,
        incident_updates: story.told.iter().map(|told| update(view, story, told)).collect(),
        components: if view.known { components.collect() } else { Vec::new() },
        x_next_message_by: story.next_by().map(|time| time.to_string()),
    }
}

fn update(view: View<'_>, story: &Story, told: &Told) -> Update {
    let update = &told.update;
    let at = update.at.to_string();
    let affected = told.affected.iter().map(|one| AffectedComponent {
        code: component_id(&story.carrier, one.function),
        name: say::component(view.lang, &story.carrier, one.function),
        old_status: one.old.name(),
        new_status: one.new.name(),
    });
    Update {
        id: update.id.0.to_string(),
        status: stage(update.stage),
        body: say::lines(view.lang, update).join("\n"),
        incident_id: story.id.0.to_string(),
        created_at: at.clone(),
        updated_at: at.clone(),
        display_at: at,
        affected_components: affected.collect(),
        deliver_notifications: true,
        custom_tweet: None,
        tweet_id: None,
        x_claims: update.claims.iter().filter_map(|claim| said(view, claim, update.at)).collect(),
        x_remark: update.remark.as_ref().map(|remark| Remark {
            by: remark.by.clone(),
            text: remark.text.clone(),
            at: remark.at.to_string(),
        }),
    }
}

fn said(view: View<'_>, claim: &Claim, at: Time) -> Option<Said> {
    let text = say::claim(view.lang, claim, at)?;
    let mut value = serde_json::to_value(claim).unwrap_or_default();
    for key in ["since", "made", "expires", "at", "seen_at"] {
        in_words(&mut value, key);
    }
    if let Some(window) = value.get_mut("window") {
        in_words(window, "from");
        in_words(window, "to");
    }
    Some(Said { text, level: claim.level().name(), claim: value })
}

/// A time of ours as others write it.
fn in_words(value: &mut Value, key: &str) {
    if let Some(time) = value.get_mut(key)
        && let Some(ms) = time.as_i64()
    {
        *time = Time::from_unix_ms(ms).to_string().into();
    }
}

fn services(view: View<'_>) -> Vec<OtherService> {
    let services = view.settings.services.iter().map(|service| OtherService {
        name: service.name.get(view.lang).to_owned(),
        state: match service.state {
            ServiceState::Works => "works",
            ServiceState::Down => "down",
            ServiceState::Unknown => "unknown",
        },
        alternative: service.alternative.get(view.lang).to_owned(),
    });
    services.collect()
}

const fn stage(stage: Stage) -> &'static str {
    match stage {
        Stage::Investigating => "investigating",
        Stage::Identified => "identified",
        Stage::Monitoring => "monitoring",
        Stage::Resolved => "resolved",
    }
}

/// A carrier's name as part of an id.
fn carrier_id(carrier: &Carrier) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '-' || c == '_' { c.to_ascii_lowercase() } else { '-' };
    carrier.name().chars().map(plain).collect()
}

fn component_id(carrier: &Carrier, function: Function) -> String {
    format!("{}-{}", carrier_id(carrier), function.name())
}
