// The overview's charts: drawn by uPlot from /console/overview.json, chosen along by mouse or keys, renewed while time goes on.
// Without this script the same charts are there as SVG, the same numbers as tables, and the range as links and two fields.
"use strict";

(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const box = document.getElementById("charts");
  const EVERY_MS = 5000;
  const language = document.documentElement.lang === "en" ? "en-GB" : "zh-CN";

  // ---- Parts that renew themselves tell the server what they show, so that it can answer "nothing new" ----

  document.addEventListener("brightline:live", (event) => {
    const tag = event.target.querySelector?.("[data-tag]")?.dataset.tag;
    if (tag && event.target.dataset.live?.includes("seen=")) event.target.dataset.live = event.target.dataset.live.replace(/seen=[^&]*/, `seen=${tag}`);
  });

  // ---- Before the first decision: look now and then whether it has come ----

  const first = document.querySelector("[data-first]");
  if (first) {
    setInterval(async () => {
      if (document.hidden) return;
      const answer = await fetch(first.dataset.first, { credentials: "same-origin" }).catch(() => null);
      if (answer?.ok && !answer.redirected && (await answer.json()).ever) location.reload();
    }, 3000);
  }
  if (!box || !window.uPlot) return;

  // ---- Words for times and numbers, as labels.py writes them ----

  const zone = box.dataset.zone;
  const form = (options) => new Intl.DateTimeFormat(language, { timeZone: zone, hourCycle: "h23", ...options });
  const dayForm = form({ day: "numeric", month: "short" });
  const clockForm = form({ hour: "2-digit", minute: "2-digit" });
  const yearForm = form({ year: "numeric" });
  const inputForm = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "short" });
  const at = (seconds) => new Date(seconds * 1000);
  const day = (seconds) => dayForm.format(at(seconds));
  const clock = (seconds) => clockForm.format(at(seconds));
  const isMidnight = (seconds) => clock(seconds) === "00:00";
  const count = new Intl.NumberFormat(language);
  const short = new Intl.NumberFormat(language, { notation: "compact", maximumFractionDigits: 1 });

  function span(start, end) {
    const last = end - 1;
    if (end - start >= 86400 && isMidnight(start) && isMidnight(end)) return day(start) === day(last) ? day(start) : `${day(start)} – ${day(last)}`;
    if (day(start) === day(end) || isMidnight(end)) return `${day(start)} ${clock(start)}–${clock(end)}`;
    return `${day(start)} ${clock(start)} – ${day(end)} ${clock(end)}`;
  }
  function stretchName(since, until) {
    const dated = (seconds) => {
      const year = yearForm.format(at(seconds));
      return year === yearForm.format(at(numbers.now)) ? day(seconds) : language === "zh-CN" ? year + day(seconds) : `${day(seconds)} ${year}`;
    };
    return dated(since) === dated(until) ? `${dated(since)} ${clock(since)}–${clock(until)}` : `${dated(since)} ${clock(since)} – ${dated(until)} ${clock(until)}`;
  }

  function duration(ms) { // as parts.duration
    if (ms < 10) return `${ms.toFixed(2)} ms`;
    if (ms < 100) return `${ms.toFixed(1)} ms`;
    return ms < 10000 ? `${count.format(Math.round(ms))} ms` : `${(ms / 1000).toFixed(1)} s`;
  }
  const said = (value, unit) => (value === null || value === undefined ? "–" : unit === "ms" ? duration(value) : count.format(value));
  const onAxis = (value, unit) => (unit !== "ms" ? short.format(value) : value >= 1000 ? `${+(value / 1000).toPrecision(3)} s` : `${+value.toPrecision(3)} ms`);

  // ---- The numbers ----

  let numbers = null; // as series.json_of gives them, kept whole while only late steps come in

  function merge(news) {
    if (!numbers || numbers.step !== news.step) return news;
    const kept = numbers.starts.filter((start) => start >= news.since && !(start >= news.starts[0]));
    const from = numbers.starts.indexOf(kept[0] ?? -1);
    const merged = { ...news, starts: [...kept, ...news.starts], charts: {} };
    for (const [name, lines] of Object.entries(news.charts)) {
      merged.charts[name] = {};
      for (const [key, line] of Object.entries(lines)) {
        const old = kept.length ? numbers.charts[name][key].values.slice(from, from + kept.length) : [];
        merged.charts[name][key] = { whole: line.whole, values: [...old, ...line.values] };
      }
    }
    return merged;
  }

  // ---- One chart ----

  const charts = [];
  const token = (name) => getComputedStyle(document.body).getPropertyValue(name).trim();
  const ink = document.createElement("span"); // resolves light-dark() to a colour that a canvas takes
  ink.hidden = true;
  document.body.append(ink);
  function color(value) {
    ink.style.color = value;
    return getComputedStyle(ink).color;
  }

  class Chart {
    constructor(figure) {
      this.figure = figure;
      this.name = figure.dataset.chart;
      this.unit = figure.dataset.unit;
      this.stacked = figure.dataset.kind === "stack";
      this.plot = figure.querySelector(".plot");
      this.when = figure.querySelector("[data-when]");
      this.title = figure.querySelector("h2").textContent;
      this.lines = all("[data-line]", figure).map((item) => this.line(item));
      this.index = null;
      this.anchor = null;
      this.body = figure.querySelector("tbody");
      this.details = figure.querySelector("details");
      this.tableTag = box.dataset.tag; // what the table that came with the page shows
      this.prepareKeys();
      new ResizeObserver(() => this.fit()).observe(this.plot);
      this.details.addEventListener("toggle", () => this.renewTable());
    }

    line(item) {
      const line = { key: item.dataset.line, item, shown: !item.classList.contains("waits"), value: item.querySelector("[data-value]"), name: item.querySelector(".legend-name").textContent };
      const button = document.createElement("button");
      button.type = "button";
      button.className = "legend-name";
      button.textContent = line.name;
      button.title = line.name;
      button.setAttribute("aria-pressed", String(line.shown));
      button.addEventListener("click", () => {
        line.shown = !line.shown;
        button.setAttribute("aria-pressed", String(line.shown));
        item.classList.toggle("waits", !line.shown);
        this.draw();
      });
      item.querySelector(".legend-name").replaceWith(button);
      return line;
    }

    get data() {
      return numbers.charts[this.name];
    }

    // Layers in the order of drawing: the highest stack first, so that lower ones are painted over it.
    values() {
      const middle = numbers.step / 2;
      const xs = numbers.starts.map((start) => start + middle);
      if (!this.stacked) return [xs, ...this.lines.map((line) => (line.shown ? this.data[line.key].values : xs.map(() => null)))];
      const sums = xs.map(() => 0);
      const layers = new Map();
      for (const line of [...this.lines].reverse()) {
        if (line.shown) this.data[line.key].values.forEach((value, index) => { sums[index] += value ?? 0; });
        layers.set(line, line.shown ? [...sums] : xs.map(() => null));
      }
      return [xs, ...this.lines.map((line) => layers.get(line))];
    }

    draw() {
      const data = this.values();
      const some = this.lines.filter((line) => this.data[line.key].values.some(Boolean));
      const none = this.plot.querySelector(".plot-none");
      none.hidden = some.some((line) => line.shown);
      none.textContent = some.length ? none.dataset.hidden : none.dataset.nothing;
      if (this.u) {
        this.u.batch(() => {
          this.u.setData(data, false);
          this.u.setScale("x", { min: numbers.since, max: numbers.until });
        });
        this.u.redraw(true, true);
      } else this.make(data);
      this.describe();
    }

    make(data) {
      const muted = color(token("--muted"));
      const hair = color(token("--hair"));
      const paper = color(token("--paper"));
      const font = `12px ${getComputedStyle(document.body).fontFamily}`;
      const axis = { stroke: muted, font, ticks: { show: false }, grid: { stroke: hair, width: 1 } };
      const dashes = [[], [6, 3], [2, 2]];
      this.u = new uPlot({
        width: this.plot.clientWidth,
        height: this.plot.clientHeight,
        tzDate: (seconds) => uPlot.tzDate(at(seconds), zone),
        padding: [10, 14, 0, 0],
        legend: { show: false },
        cursor: { sync: { key: "overview", setSeries: false }, drag: { x: true, y: false, setScale: false }, y: false, points: { show: !this.stacked, size: 7 }, bind: { dblclick: () => null } },
        scales: { x: { time: true, range: () => [numbers.since, numbers.until] }, y: { range: (u, low, high) => [0, high > 0 ? high * 1.06 : 1] } },
        axes: [
          { ...axis, grid: { show: false }, size: 28, gap: 4, space: 76, values: (u, splits) => this.names(splits) },
          { ...axis, size: 54, gap: 6, space: 34, values: (u, splits) => splits.map((value) => onAxis(value, this.unit)), incrs: this.unit === "count" ? [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5, 1e6, 2e6, 5e6, 1e7, 2e7, 5e7, 1e8] : undefined },
        ],
        series: [{}, ...this.lines.map((line, index) => {
          const stroke = getComputedStyle(line.item.querySelector(".key")).color;
          return this.stacked
            ? { label: line.name, fill: stroke, stroke, width: 0, points: { show: false }, paths: uPlot.paths.bars({ size: [0.86, 60], align: 0 }) }
            : { label: line.name, stroke, width: 1.75, dash: dashes[index], points: { show: numbers.starts.length < 40, size: 4, fill: stroke }, spanGaps: false };
        })],
        hooks: {
          drawClear: [(u) => this.ground(u, hair)],
          draw: [(u) => { if (this.stacked) this.hatch(u, paper); }],
          setCursor: [(u) => this.pointed(u.cursor.idx)],
          setSelect: [(u) => { if (u.select.width > 3 && !this.byKeys) this.choose(u.posToVal(u.select.left, "x"), u.posToVal(u.select.left + u.select.width, "x")); }],
        },
      }, data, this.plot);
      this.u.root.setAttribute("aria-hidden", "true");
    }

    remake() { // colours of another theme
      this.u?.destroy();
      this.u = null;
      this.draw();
    }

    fit() {
      if (this.u && this.plot.clientWidth) this.u.setSize({ width: this.plot.clientWidth, height: this.plot.clientHeight });
    }

    names(splits) {
      const daily = splits.length > 1 && splits[1] - splits[0] >= 86400;
      let last = "";
      return splits.map((value) => {
        const today = day(value);
        if (value > numbers.until - (numbers.until - numbers.since) / 40) return "";
        const text = daily || isMidnight(value) ? today : last === "" && numbers.until - numbers.since > 172800 ? `${today} ${clock(value)}` : clock(value);
        last = today;
        return text;
      });
    }

    // The step that is not over yet: hatched.
    unfinished(u) {
      const start = numbers.starts.at(-1);
      if (numbers.now >= start + numbers.step) return null;
      const left = u.valToPos(start, "x", true);
      return { left, width: u.valToPos(start + numbers.step, "x", true) - left, top: u.bbox.top, height: u.bbox.height };
    }

    stripes(u, stroke, width, gap) {
      const area = this.unfinished(u);
      if (!area) return;
      const pen = u.ctx;
      const scale = devicePixelRatio;
      pen.save();
      pen.beginPath();
      pen.rect(area.left, area.top, area.width, area.height);
      pen.clip();
      pen.strokeStyle = stroke;
      pen.lineWidth = width * scale;
      pen.beginPath();
      for (let x = area.left - area.height; x < area.left + area.width; x += gap * scale) {
        pen.moveTo(x, area.top + area.height);
        pen.lineTo(x + area.height, area.top);
      }
      pen.stroke();
      pen.restore();
    }

    ground(u, hair) { this.stripes(u, hair, 1, 5); }
    hatch(u, paper) { this.stripes(u, paper, 2, 5); }

    // ---- Reading along ----

    pointed(index) {
      this.index = index ?? null;
      this.describe();
    }

    describe() {
      const { starts, step, now } = numbers;
      const index = this.index !== null && this.index < starts.length ? this.index : null;
      const marked = index !== null && this.stacked ? this.marked() : null; // percentiles of a stretch do not follow from those of its steps
      for (const line of this.lines) {
        const { whole, values } = this.data[line.key];
        const sum = marked && values.reduce((total, value, at) => total + (starts[at] >= marked.since && starts[at] < marked.until ? value ?? 0 : 0), 0);
        line.value.textContent = said(index === null ? whole : marked ? sum : values[index], this.unit);
      }
      if (marked) this.when.textContent = span(marked.since, marked.until);
      else this.when.textContent = index === null ? stretchName(numbers.since, Math.min(numbers.until, numbers.now)) : this.stepName(index);
      const place = index ?? starts.length - 1;
      this.plot.setAttribute("aria-valuemax", String(starts.length - 1));
      this.plot.setAttribute("aria-valuenow", String(place));
      const values = this.lines.filter((line) => line.shown && this.data[line.key].values[place]).map((line) => `${line.name} ${said(this.data[line.key].values[place], this.unit)}`);
      const chosen = this.anchor === null ? "" : ` ${box.dataset.saysChosen.replace("{stretch}", this.stretch().words)}`;
      this.plot.setAttribute("aria-valuetext", `${this.stepName(place)}: ${values.join(", ") || box.dataset.saysNone}.${chosen}`);
      this.plot.classList.toggle("is-running", now < starts.at(-1) + step);
    }

    stepName(index) {
      const { starts, step, now } = numbers;
      return span(starts[index], starts[index] + step) + (now < starts[index] + step ? ` ${box.dataset.saysRunning}` : "");
    }

    // ---- Choosing a stretch ----

    prepareKeys() {
      const plot = this.plot;
      plot.tabIndex = 0;
      plot.setAttribute("role", "slider");
      plot.setAttribute("aria-label", `${this.title}. ${box.dataset.saysChoose}`);
      plot.setAttribute("aria-valuemin", "0");
      plot.addEventListener("keydown", (event) => {
        if (!this.u || event.ctrlKey || event.metaKey || event.altKey) return;
        const last = numbers.starts.length - 1;
        const here = this.index ?? last;
        const to = { ArrowLeft: here - 1, ArrowRight: here + 1, PageUp: here - 10, PageDown: here + 10, Home: 0, End: last }[event.key];
        if (to !== undefined) this.move(Math.min(last, Math.max(0, this.index === null && !event.shiftKey ? last : to)), event.shiftKey);
        else if (event.key === "Enter" && this.anchor !== null) { const stretch = this.stretch(); this.choose(stretch.since, stretch.until); }
        else if (event.key === "Escape" && (this.anchor !== null || this.index !== null)) this.release();
        else return;
        event.preventDefault();
      });
      plot.addEventListener("blur", () => this.release());
    }

    move(index, choosing) {
      if (choosing) this.anchor ??= this.index ?? index;
      else this.anchor = null;
      this.index = index;
      this.u.setCursor({ left: this.u.valToPos(numbers.starts[index] + numbers.step / 2, "x"), top: 0 });
      const { since, until } = this.stretch();
      const left = this.u.valToPos(since, "x");
      this.byKeys = true;
      this.u.setSelect({ left, top: 0, width: choosing ? this.u.valToPos(until, "x") - left : 0, height: this.u.over.clientHeight }, false);
      this.byKeys = false;
      this.describe();
    }

    release() {
      this.anchor = null;
      this.u?.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
      this.u?.setCursor({ left: -10, top: -10 });
    }

    marked() { // the stretch that is being chosen, by keys or by dragging
      if (this.anchor !== null) return this.stretch();
      const { left, width } = this.u?.select ?? { width: 0 };
      return width > 3 ? this.outward(this.u.posToVal(left, "x"), this.u.posToVal(left + width, "x")) : null;
    }

    stretch() {
      const [low, high] = [this.anchor ?? this.index, this.index].sort((one, other) => one - other);
      const since = numbers.starts[low];
      const until = numbers.starts[high] + numbers.step;
      return { since, until, words: span(since, until) };
    }

    outward(from, to) { // to whole steps, five minutes at least, nothing that is still to come
      const { step, starts, now } = numbers;
      const edge = (moment, round) => starts[0] + round((moment - starts[0]) / step) * step;
      const since = Math.max(numbers.since, edge(from, Math.floor));
      const until = Math.min(edge(to, Math.ceil), Math.floor(now / 60) * 60);
      return { since: Math.min(since, until - 300), until };
    }

    choose(from, to) {
      const { since, until } = this.outward(from, to);
      const utc = (seconds) => `${at(seconds).toISOString().slice(0, 16)}Z`;
      location.assign(`${box.dataset.address}?since=${utc(since)}&until=${utc(until)}`);
    }

    async renewTable() {
      if (!this.details.open || !numbers || this.tableTag === numbers.tag) return;
      const { tag } = numbers;
      this.tableTag = tag;
      const rows = await asked(`${box.dataset.table}&chart=${this.name}`).then((answer) => (answer.ok && !answer.redirected ? answer.text() : null)).catch(() => null);
      if (this.tableTag !== tag) return; // newer ones are on their way
      if (rows === null) this.tableTag = null; // tried again with the next look at the numbers
      else this.body.innerHTML = rows;
    }
  }

  // ---- Getting the numbers, and those that are new ----

  let timer = 0;
  let fails = 0;
  const asked = (address, headers = {}) => fetch(address, { headers: { ...headers, "HX-Request": "true" }, credentials: "same-origin", signal: AbortSignal.timeout(20000) });
  const isPaused = () => document.hidden || document.getElementById("pulse")?.classList.contains("paused");

  async function get() {
    clearTimeout(timer);
    const known = numbers ? { "If-None-Match": `"${numbers.tag}"` } : {};
    const from = numbers ? `&from=${numbers.starts.at(-1) - numbers.step}` : "";
    let answer;
    try {
      answer = await asked(box.dataset.charts + from, known);
    } catch {
      return later((fails += 1));
    }
    if (answer.redirected || [401, 403, 404].includes(answer.status)) return; // the parts beside say so
    if (answer.status === 304) {
      for (const chart of charts) chart.renewTable();
      return later((fails = 0));
    }
    if (!answer.ok) return later((fails += 1));
    const news = await answer.json();
    numbers = merge(news);
    for (const chart of charts) {
      chart.draw();
      chart.renewTable();
    }
    renewFields();
    box.dataset.tag = numbers.tag;
    box.dataset.drawn = String(numbers.starts.at(-1));
    return later((fails = 0));
  }

  function later() {
    if ("running" in box.dataset || !numbers) timer = setTimeout(() => (isPaused() ? later() : get()), Math.min(60000, EVERY_MS * 2 ** fails));
  }

  function renewFields() { // a stretch that moves along moves its two fields too, unless somebody is at them
    if (!("running" in box.dataset) || document.querySelector("[data-errors]")) return; // what could not be used stays to be put right
    const fields = { since: numbers.since, until: Math.min(numbers.until, numbers.now) };
    for (const [id, seconds] of Object.entries(fields)) {
      const field = document.getElementById(id);
      if (field && field.value === field.defaultValue && document.activeElement !== field) field.value = field.defaultValue = inputForm.format(at(seconds)).replace(" ", "T");
    }
  }

  for (const figure of all("[data-chart]", box)) charts.push(new Chart(figure));
  document.addEventListener("visibilitychange", () => { if (!document.hidden && "running" in box.dataset) get(); });
  document.addEventListener("brightline:theme", () => requestAnimationFrame(() => { for (const chart of charts) if (numbers) chart.remake(); }));
  get();
})();
