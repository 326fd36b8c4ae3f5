/** Times as Discord writes them, by the sandbox's clock and in the reader's zone. */

/** @type {Record<string, Intl.DateTimeFormatOptions>} */
const STYLES = {
  t: { hour: "2-digit", minute: "2-digit" },
  T: { hour: "2-digit", minute: "2-digit", second: "2-digit" },
  d: { day: "2-digit", month: "2-digit", year: "numeric" },
  D: { day: "numeric", month: "long", year: "numeric" },
  f: { day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit" },
  F: { weekday: "long", day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit" },
  s: { day: "2-digit", month: "2-digit", year: "numeric", hour: "2-digit", minute: "2-digit" },
  S: {
    day: "2-digit",
    month: "2-digit",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  },
};

/** Each unit with its length in seconds and the count at which the next one takes over. */
/** @type {[Intl.RelativeTimeFormatUnit, number, number][]} */
const UNITS = [
  ["second", 1, 60],
  ["minute", 60, 60],
  ["hour", 3600, 24],
  ["day", 86400, 30],
  ["month", 2592000, 12],
];
const RELATIVE = new Intl.RelativeTimeFormat("en-GB", { numeric: "always" });
const PARTS = /** @type {Intl.DateTimeFormatOptions} */ ({
  hourCycle: "h23",
  year: "numeric",
  month: "numeric",
  day: "numeric",
  hour: "numeric",
  minute: "numeric",
  second: "numeric",
});
/** Every zone's days begin at a quarter of an hour. */
const QUARTER = 15 * 60 * 1000;

export class SandboxTime {
  nowMs = Date.now();
  frozen = true;
  /** @type {number | null} */
  nextMs = null;
  zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  #at = performance.now();
  /**
   * A format takes a hundred times as long to make as to use.
   * @type {Map<string, Intl.DateTimeFormat>}
   */
  #formats = new Map();
  /**
   * Local midnights in the zone, by quarter of an hour.
   * @type {Map<number, number>}
   */
  #midnights = new Map();
  #midnightsOf = "";

  /** @param {{now_ms: number, frozen?: boolean, next_ms?: number | null, zone?: string}} clock */
  set(clock) {
    this.nowMs = clock.now_ms;
    this.frozen = clock.frozen ?? this.frozen;
    if (clock.next_ms !== undefined) this.nextMs = clock.next_ms;
    if (clock.zone) this.zone = clock.zone;
    this.#at = performance.now();
  }

  /** Now, in milliseconds since 1970. */
  get now() {
    return this.frozen ? this.nowMs : this.nowMs + (performance.now() - this.#at);
  }

  /** @param {number} ms @param {string} style One of Discord's letters, R for relative. */
  format(ms, style = "f") {
    if (style === "R") return relative(ms - this.now);
    return this.#format(style in STYLES ? style : "f", STYLES[style] ?? STYLES.f).format(ms);
  }

  /** @param {string} name @param {Intl.DateTimeFormatOptions} options */
  #format(name, options) {
    const key = `${name} ${this.zone}`;
    let format = this.#formats.get(key);
    if (!format) {
      format = new Intl.DateTimeFormat("en-GB", { ...options, timeZone: this.zone });
      this.#formats.set(key, format);
    }
    return format;
  }

  /**
   * What stands beside a message's author.
   * @param {number} ms
   */
  stamp(ms) {
    const days = Math.round((this.midnight(this.now) - this.midnight(ms)) / 86400000);
    if (days === 0) return `Today at ${this.format(ms, "t")}`;
    if (days === 1) return `Yesterday at ${this.format(ms, "t")}`;
    return `${this.format(ms, "d")} ${this.format(ms, "t")}`;
  }

  /**
   * Local midnight of an instant's day.
   * @param {number} ms
   */
  midnight(ms) {
    if (this.#midnightsOf !== this.zone) this.#midnights.clear();
    this.#midnightsOf = this.zone;
    const quarter = Math.floor(ms / QUARTER);
    const known = this.#midnights.get(quarter);
    if (known !== undefined) return known;
    const { year, month, day } = this.#parts(ms);
    const found = this.instant(year, month, day, 0, 0);
    this.#midnights.set(quarter, found);
    return found;
  }

  /**
   * The next local day at this hour.
   * @param {number} hour
   */
  tomorrow(hour) {
    const { year, month, day } = this.#parts(this.now);
    return this.instant(year, month, day + 1, hour, 0);
  }

  /**
   * Read the value of a datetime-local field as wall time of the zone.
   * @param {string} text
   */
  read(text) {
    const [year, month, day, hour, minute] = text.split(/[-T:]/).map(Number);
    return this.instant(year, month, day, hour, minute);
  }

  /**
   * An instant as the value of a datetime-local field.
   * @param {number} ms
   */
  write(ms) {
    const { year, month, day, hour, minute } = this.#parts(ms);
    const two = (/** @type {number} */ n) => String(n).padStart(2, "0");
    return `${year}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}`;
  }

  /**
   * The instant of a wall time.
   * @param {...number} wall year, month (1–12), day, hour, minute
   */
  instant(...wall) {
    const [year, month, day, hour, minute] = wall;
    const utc = Date.UTC(year, month - 1, day, hour, minute);
    // Twice: the offset at the first guess may lie on the other side of a clock change.
    const first = utc - this.#offset(utc);
    return utc - this.#offset(first);
  }

  /** @param {number} ms */
  #offset(ms) {
    const p = this.#parts(ms);
    return Date.UTC(p.year, p.month - 1, p.day, p.hour, p.minute, p.second) - Math.floor(ms / 1000) * 1000;
  }

  /** @param {number} ms @returns {Record<string, number>} */
  #parts(ms) {
    const format = this.#format("parts", PARTS);
    return Object.fromEntries(format.formatToParts(ms).map(({ type, value }) => [type, Number(value)]));
  }
}

/** @param {number} ms How far ahead (negative: ago). */
export function relative(ms) {
  const seconds = ms / 1000;
  if (Math.abs(seconds) < 0.5) return "now";
  for (const [unit, size, limit] of UNITS) {
    const count = Math.round(seconds / size);
    if (Math.abs(count) < limit) return RELATIVE.format(count, unit);
  }
  return RELATIVE.format(Math.round(seconds / 31536000), "year");
}
