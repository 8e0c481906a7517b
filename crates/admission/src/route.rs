//! What is asked for, by templates of paths: all that one template takes is one resource.
//!
//! However many addresses a flood makes up, by queries or by values inside the path, they fall on one template and so on
//! one budget. A path that no template takes is of the one resource `other`.

use crate::settings::{ResourceSettings, Unfit};
use matchit::Router;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// What kind of work a request makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Answered from memory, at any rate. It holds no place.
    Static,
    /// A label, or what else a shop's work stands still without.
    Label,
    /// A scan of a parcel.
    Scan,
    /// A search, whose answer is hardly ever asked for twice.
    Search,
    /// A registration, a login, a code.
    Form,
    /// Where a parcel is.
    Tracking,
    /// A page for people.
    Page,
    /// A long poll, a stream of events, a large upload: it lasts without working, so it holds no place.
    Long,
    /// What nothing is known of.
    Other,
}

impl Kind {
    /// How many per second everybody below [`crate::Class::Citizen`] together may ask for while the flood lasts, when
    /// nothing is set. Labels and scans are not for them; a search or a form costs more than a page.
    pub const fn budget_per_s(self) -> Option<u32> {
        match self {
            Self::Static | Self::Label | Self::Scan => None,
            Self::Search => Some(20),
            Self::Form | Self::Long => Some(10),
            Self::Page | Self::Other => Some(100),
            Self::Tracking => Some(200),
        }
    }

    /// Whether an older answer may stand in for a new one, when nothing is set.
    pub const fn stale(self) -> bool {
        matches!(self, Self::Static | Self::Tracking | Self::Page)
    }

    /// Whether what stands for `{number}` in a path is a parcel's number, when nothing is set.
    pub const fn numbers(self) -> bool {
        matches!(self, Self::Tracking)
    }

    /// Whether the work behind is busy for as long as the request lasts.
    pub const fn holds_place(self) -> bool {
        !matches!(self, Self::Static | Self::Long)
    }
}

/// Which resource, as a number below [`Resources::len`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct ResourceId(u16);

impl ResourceId {
    /// The one of every path that no template takes.
    pub const OTHER: Self = Self(0);

    /// Its place in a table of [`Resources::len`].
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// One resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// Its name in metrics and settings.
    pub name: String,
    /// What work it makes.
    pub kind: Kind,
    /// How many per second everybody below [`crate::Class::Citizen`] together may ask for in a flood; `None` for no
    /// budget.
    pub budget_per_s: Option<u32>,
    /// Whether the answer of a `GET` may be an older one, with its age told.
    pub stale: bool,
    /// [`resource_mark`] of its name.
    pub mark: u16,
    /// Whether what stands for `{number}` in its paths is a parcel's number.
    pub numbers: bool,
}

/// What stands for the name of a resource where there is room for 16 bits: the first two bytes of its SHA-256. Unlike its
/// number it stays when the resources are written in another order.
pub fn resource_mark(name: &str) -> u16 {
    let [a, b, ..]: [u8; 32] = Sha256::digest(name).into();
    u16::from_be_bytes([a, b])
}

impl Resource {
    fn of(settings: &ResourceSettings) -> Self {
        let kind = settings.kind;
        Self {
            mark: resource_mark(&settings.name),
            name: settings.name.clone(),
            kind,
            budget_per_s: settings.budget_per_s.map_or_else(|| kind.budget_per_s(), |set| (set > 0).then_some(set)),
            stale: settings.stale.unwrap_or_else(|| kind.stale()),
            numbers: settings.has_numbers(),
        }
    }
}

/// All resources, and the way from a path to its own.
#[derive(Clone)]
pub struct Resources {
    list: Vec<Resource>,
    router: Router<ResourceId>,
}

/// More resources than anybody names by hand; each costs memory from the start.
const RESOURCES_COUNT_MAX: usize = 1_000;

impl Resources {
    /// The resources of these settings, and `other`.
    ///
    /// # Errors
    /// When a template is not one, two take the same path, two resources have one name, or there are too many.
    pub fn new(settings: &[ResourceSettings]) -> Result<Self, Unfit> {
        let other = Resource::of(&ResourceSettings::new("other", Kind::Other, &[]));
        let mut all = Self { list: vec![other], router: Router::new() };
        if settings.len() >= RESOURCES_COUNT_MAX {
            return Err(Unfit::new("resource", format!("at most {RESOURCES_COUNT_MAX} resources can be named")));
        }
        for one in settings {
            all.add(one)?;
        }
        Ok(all)
    }

    fn add(&mut self, settings: &ResourceSettings) -> Result<(), Unfit> {
        if settings.name.is_empty() {
            return Err(Unfit::new("resource.name", "a resource needs a name"));
        }
        if self.list.iter().any(|r| r.name == settings.name) {
            return Err(Unfit::new("resource.name", format!("the name `{}` is taken", settings.name)));
        }
        let id = ResourceId(u16::try_from(self.list.len()).unwrap_or(u16::MAX));
        for path in &settings.paths {
            self.router
                .insert(path, id)
                .map_err(|e| Unfit::new("resource.paths", format!("the template `{path}` can't be used: {e}")))?;
        }
        self.list.push(Resource::of(settings));
        Ok(())
    }

    /// The resource of a path, without its query.
    pub fn find(&self, path: &str) -> ResourceId {
        self.router.at(path).map_or(ResourceId::OTHER, |found| *found.value)
    }

    /// The parcel's number in a path, as it is written there: what stands for `{number}` in the template.
    pub fn number<'p>(&self, path: &'p str) -> Option<&'p str> {
        let found = self.router.at(path).ok()?;
        self.get(*found.value).numbers.then(|| found.params.get("number")).flatten()
    }

    /// One resource.
    pub fn get(&self, id: ResourceId) -> &Resource {
        self.list.get(id.index()).unwrap_or(&self.list[0])
    }

    /// All of them, by their number.
    pub fn all(&self) -> &[Resource] {
        &self.list
    }

    /// How many there are, at least one.
    #[expect(clippy::len_without_is_empty, reason = "`other` is always there")]
    pub fn len(&self) -> usize {
        self.list.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some() -> Resources {
        Resources::new(&[
            ResourceSettings::new("tracking", Kind::Tracking, &["/track/{number}", "/suivi/{number}"]),
            ResourceSettings::new("search", Kind::Search, &["/search"]),
            ResourceSettings::new("assets", Kind::Static, &["/assets/{*file}"]),
        ])
        .expect("resources")
    }

    #[test]
    fn made_up_values_inside_a_path_are_one_resource() {
        let all = some();
        let name = |path: &str| all.get(all.find(path)).name.clone();
        for n in 0..1_000_u64 {
            assert_eq!(name(&format!("/track/{}", n * 7_919)), "tracking");
            assert_eq!(name(&format!("/{n}/x")), "other");
        }
        assert_eq!(
            (name("/suivi/6A1"), name("/search"), name("/assets/a/b.css")),
            ("tracking".into(), "search".into(), "assets".into())
        );
        for odd in ["", "//", "/track/", "/track/1/2", "/search/", "*", "/track/%2e%2e/%00"] {
            assert!(["other", "tracking"].contains(&name(odd).as_str()), "{odd}");
        }
        assert_eq!(name("/track/1/2"), "other");
    }

    #[test]
    fn a_mark_is_that_of_the_name_wherever_it_stands() {
        let marks = |names: [&str; 2]| {
            let all =
                Resources::new(&names.map(|name| ResourceSettings::new(name, Kind::Page, &[]))).expect("resources");
            let mark =
                |name: &str| all.all().iter().find(|resource| resource.name == name).map(|resource| resource.mark);
            [mark("tracking"), mark("search"), mark("other")]
        };
        assert_eq!(marks(["tracking", "search"]), marks(["search", "tracking"]));
        // `printf %s tracking | sha256sum`: receipts are read by later versions.
        assert_eq!(marks(["tracking", "search"]), [Some(0x5a95), Some(0x2419), Some(0xd929)]);
    }

    #[test]
    fn a_number_is_what_stands_in_its_place_where_a_resource_has_them() {
        let set = |set| ResourceSettings {
            numbers: Some(set),
            ..ResourceSettings::new(
                if set { "a" } else { "b" },
                Kind::Long,
                &[if set { "/a/{number}" } else { "/b/{number}" }],
            )
        };
        let tracking = ResourceSettings::new("t", Kind::Tracking, &["/t/{number}", "/t/{number}/map", "/u/{id}"]);
        let page = ResourceSettings::new("p", Kind::Page, &["/p/{number}"]);
        let all = Resources::new(&[set(true), set(false), tracking, page]).expect("resources");
        for (path, number) in [
            ("/t/6A1", Some("6A1")),
            ("/t/6A1/map", Some("6A1")),
            ("/t/%36A1,2", Some("%36A1,2")),
            ("/a/1", Some("1")),
            ("/b/1", None),
            ("/u/1", None),
            ("/p/1", None),
            ("/x/1", None),
        ] {
            assert_eq!(all.number(path), number, "{path}");
        }
    }

    #[test]
    fn what_is_not_set_is_the_kinds() {
        let all = some();
        let tracking = all.get(all.find("/track/1"));
        assert_eq!((tracking.budget_per_s, tracking.stale), (Some(200), true));
        let none = ResourceSettings { budget_per_s: Some(0), ..ResourceSettings::new("x", Kind::Page, &["/x"]) };
        assert_eq!(Resources::new(&[none]).expect("one").all()[1].budget_per_s, None);
    }

    #[test]
    fn what_cannot_be_is_told_by_its_key() {
        let twice = [ResourceSettings::new("a", Kind::Page, &["/a"]), ResourceSettings::new("b", Kind::Page, &["/a"])];
        assert_eq!(Resources::new(&twice).err().expect("refused").key, "resource.paths");
        let named = [ResourceSettings::new("a", Kind::Page, &["/a"]), ResourceSettings::new("a", Kind::Page, &["/b"])];
        assert_eq!(Resources::new(&named).err().expect("refused").key, "resource.name");
    }
}
