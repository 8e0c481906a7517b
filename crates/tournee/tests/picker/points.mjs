// Answers of the two endpoints as the API describes them, for Monday 22 December 2025 at 9:40 in Paris.

/** What the browser's clock says. */
export const NOW = "2025-12-22T08:40:00.000Z";

const DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
const week = (weekdays, saturday = [], sunday = []) =>
  Object.fromEntries(DAYS.map((day, index) => [day, index < 5 ? weekdays : index === 5 ? saturday : sunday]));

const OFFICE = week(["09:00-12:00", "14:00-18:30"], ["09:00-12:30"]);
const SHOP = week(["10:00-20:00"], ["10:00-20:00"], ["10:00-13:00"]);

const point = (id, name, street, [latitude, longitude], distance_m, more = {}) => ({
  id,
  name,
  kind: "shop",
  address: [street],
  postal_code: "75002",
  city: "PARIS",
  country: "FR",
  latitude,
  longitude,
  distance_m,
  hours: SHOP,
  open_now: false,
  opens_at: "2025-12-22T09:00:00.000Z",
  closures: [],
  partly_closed: false,
  weight_max_g: 20000,
  accessible: false,
  seen_at: "2025-12-22T05:24:00.000Z",
  age_s: 11760,
  ...more,
});

const open = { hours: OFFICE, open_now: true, opens_at: null };

export const POINTS = [
  point("750021", "BUREAU DE POSTE PARIS BOURSE", "1 PLACE DE LA BOURSE", [48.8693, 2.3417], 120, {
    ...open,
    kind: "post_office",
    accessible: true,
  }),
  point("750022", "LIBRAIRIE DU PASSAGE", "14 RUE VIVIENNE", [48.8688, 2.3398], 180),
  point("750023", "ÉPICERIE DES VICTOIRES", "3 RUE DES PETITS PÈRES", [48.8668, 2.3402], 240, {
    closures: [{ from: "2025-12-23T23:00:00.000Z", until: "2026-01-01T23:00:00.000Z" }],
  }),
  point("750024", "PRESSING MONTORGUEIL", "60 RUE MONTORGUEIL", [48.8662, 2.3469], 410, {
    open_now: true,
    opens_at: null,
    hours: week(["08:30-19:00"], ["09:00-19:00"]),
  }),
  point("750025", "TABAC LE CADRAN", "38 RUE SAINT-DENIS", [48.8651, 2.3496], 620, { partly_closed: true }),
  point("750026", "CONSIGNE GARE DU NORD", "18 RUE DE DUNKERQUE", [48.88, 2.3553], 1540, {
    kind: "PCS",
    open_now: true,
    opens_at: null,
    hours: week(["00:00-23:59"], ["00:00-23:59"], ["00:00-23:59"]),
    accessible: true,
  }),
  point("750027", "BUREAU DE POSTE PARIS LOUVRE", "52 RUE DU LOUVRE", [48.8652, 2.3433], 390, {
    ...open,
    kind: "post_office",
    accessible: true,
  }),
  point("750028", "FLEURS DE SENTIER", "9 RUE DU SENTIER", [48.8702, 2.3462], 460, {
    hours: { ...SHOP, monday: [], tuesday: null },
    opens_at: "2025-12-24T09:00:00.000Z",
  }),
  point("750029", "MERCERIE SAINT-MARC", "21 RUE SAINT-MARC", [48.8706, 2.3405], 280, {
    open_now: null,
    opens_at: null,
    hours: Object.fromEntries(DAYS.map((day) => [day, null])),
  }),
].sort((a, b) => a.distance_m - b.distance_m);

const NEAR = { latitude: 48.8682, longitude: 2.3417, place: "Paris", postal_code: "75002" };

export const answer = (more = {}) => ({ source: "carrier", as_of: NOW, near: NEAR, points: POINTS, ...more });

export const fromDirectory = () => answer({ source: "directory", as_of: "2025-12-22T05:24:00.000Z" });

/** Names that would be markup, if anything took them for it. */
export const hostile = () => {
  const bait = `<img src=x onerror="window.bitten=1"><script>window.bitten=1</script>`;
  const [first] = POINTS;
  return answer({
    near: { ...NEAR, place: bait },
    points: [
      { ...first, name: bait, address: [bait, "\u202Egnp.exe"], city: bait, postal_code: bait, kind: "__proto__" },
      {
        ...first,
        id: `"><b>`,
        name: { toString: "no" },
        address: null,
        hours: { monday: [bait] },
        closures: "x",
        distance_m: "far",
        latitude: "NaN",
      },
      { id: "000003" },
      { id: 7 },
      null,
    ],
  });
};

export const problem = (slug, status, detail = slug) => ({
  type: `/docs#problem-${slug}`,
  title: slug,
  status,
  detail,
});
