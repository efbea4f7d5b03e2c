// What HTML and htmx leave open: the browser's history, live updates, the two dialogs, the progress
// of an export.
"use strict";

const byID = (id) => document.getElementById(id);
const query = byID("query"); // the list's form; other pages have none
const status = byID("status");

// A page that its reader has left, by signing out, is empty: nothing listens on it any more.
const present = new AbortController();
const listen = (target, type, does, capture = false) => target.addEventListener(type, does, { capture, signal: present.signal });

// count puts a number into the words for one or many.
const count = (words, n) => n === 1 && words.one ? words.one : words.many.replace("{n}", n.toLocaleString("en"));

// topDialog returns the open dialog that covers all else, if there is one.
const topDialog = () => [...document.querySelectorAll("dialog[open]")].at(-1);

function alertUser(text) {
  if (present.signal.aborted) return;
  const alert = byID("alert");
  (topDialog() || document.body).append(alert);
  if (alert.hidden || alert.textContent !== text) alert.textContent = text; // the same again is not read aloud again
  alert.hidden = false;
  clearTimeout(alertUser.timer);
  alertUser.timer = setTimeout(() => { alert.hidden = !unanswered; }, 6000);
}

// ---- the list and the browser's history ----
// An entry is the URL of the selection. Its state is a key of the search text, which is a person's
// name and no part of a URL. The texts are kept in the session storage, for this tab and this
// viewer alone, until they sign out.

const texts = {
  kept: "sessions-texts",
  viewer: (document.querySelector("[data-viewer]") || { dataset: {} }).dataset.viewer,
  all() {
    try {
      const found = JSON.parse(sessionStorage.getItem(this.kept));
      if (found && found.viewer === this.viewer) return found.texts;
    } catch { /* somebody else's */ }
    return {};
  },
  // keep stores the text of an entry, by the entry's key or by a new one, and returns the key: ""
  // for no text.
  keep(text, key) {
    const all = this.all();
    if (key) delete all[key];
    if (!text || !this.viewer) key = "";
    else all[key ||= Math.random().toString(36).slice(2)] = text;
    const kept = Object.entries(all).slice(-200); // as many as anybody goes back
    sessionStorage.setItem(this.kept, JSON.stringify({ viewer: this.viewer, texts: Object.fromEntries(kept) }));
    return key;
  },
  of(state) { return (state && state.q && this.all()[state.q]) || ""; },
  forget() { sessionStorage.removeItem(this.kept); },
};
if (!Object.keys(texts.all()).length) texts.forget(); // what another viewer has typed

// Who signs out in one tab takes what was typed and found out of all of them.
const doors = new BroadcastChannel("sessions-sign-out");
const leave = () => {
  present.abort();
  if (exporting) exporting.abort();
  texts.forget();
  if (query) query.reset();
  document.querySelectorAll("#q").forEach((box) => { box.value = ""; });
  document.querySelectorAll("main, dialog").forEach((part) => part.replaceChildren());
};
listen(doors, "message", () => {
  leave();
  setTimeout(() => location.reload(), 1000); // to the host's sign-in, once it has signed out
});
listen(document, "submit", (event) => {
  if (event.target.id !== "sign-out") return;
  leave();
  doors.postMessage("");
});

let shown = null;      // the entry whose list is on the page
let restoring = false; // the list that is asked for belongs to an entry that is there already
let unanswered = "";   // why the list that was asked for has not come, and an older one is on the page: "lost" or "refused"

const entry = () => ({ url: location.pathname + location.search, q: texts.of(history.state) });
const same = (a, b) => a && b && a.url === b.url && a.q === b.q;

// fill brings the form to what an entry asks; false if the form has no control for a part of it.
function fill(at) {
  const parameters = new URLSearchParams(new URL(at.url, location.href).search);
  for (const name of parameters.keys()) {
    if (!query.elements[name] || query.querySelector("[data-other]")) return false;
  }
  for (const control of query.elements) {
    if (control.name === "search") control.value = at.q;
    else if (control.type === "checkbox" && control.name) control.checked = parameters.getAll(control.name).includes(control.value);
    else if (control.type === "date") control.value = parameters.get(control.name) || "";
    else if (control.tagName === "SELECT") {
      const zone = parameters.get(control.name) || control.dataset.usual;
      if (![...control.options].some((o) => o.value === zone)) return false;
      control.value = zone;
    }
  }
  together();
  foldLevels();
  return true;
}

// foldLevels lets the levels narrow Low FAR while it is chosen.
function foldLevels() {
  const levels = byID("low-levels");
  const low = query.querySelector('[name="failed_for"][value="low_far"]');
  levels.disabled = !low.checked;
  if (!low.checked) levels.querySelectorAll("input").forEach((box) => { box.checked = false; });
}

// todayIn is today's date in a time zone, as yyyy-mm-dd; "" if the browser does not know the zone.
function todayIn(zone) {
  try {
    return new Intl.DateTimeFormat("en-CA", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" }).format(new Date());
  } catch {
    return "";
  }
}

const daysBefore = (day, n) => new Date(Date.parse(day) - n * 864e5).toISOString().slice(0, 10);

// together keeps the box for all reasons of a possible spoof in step with those of each.
function together(event) {
  for (const all of query.querySelectorAll("[data-all]")) {
    const boxes = [...query.querySelectorAll(`input[name="${all.dataset.all}"]`)];
    if (event && event.target === all) boxes.forEach((box) => { box.checked = all.checked; });
    all.checked = boxes.every((box) => box.checked);
  }
}

// whenSettled does something once an answer has taken the place of an element: of that one, and not
// of another that the page happens to bring up to date meanwhile.
function whenSettled(id, does) {
  const settled = (event) => {
    if (event.detail.target.id !== id) return;
    document.removeEventListener("htmx:afterSettle", settled);
    does();
  };
  listen(document, "htmx:afterSettle", settled);
}

const ask = () => htmx.trigger(query, "submit");

function restore() {
  if (!fill(entry())) return location.reload();
  restoring = true;
  ask();
}

// outdate marks the numbers on the page as those of another list, until there are new ones.
function outdate() {
  const total = byID("total");
  delete total.dataset.n;
  delete total.dataset.exact;
  total.dataset.old = byID("counts").dataset.old = "";
}

// listed notes what the list on the page answers.
function listed(results, q) {
  const url = results.dataset.url;
  const at = { url, q };
  if (unanswered) byID("alert").hidden = true;
  unanswered = "";
  if (!same(at, shown)) outdate();
  if (url === undefined) { // a problem
    byID("total").textContent = "";
    return;
  }
  const own = history.state && history.state.q;
  if (restoring || same(at, entry())) {
    history.replaceState({ q: texts.keep(q, own) }, "", url);
  } else if (url === location.pathname + location.search) {
    history.replaceState({ q: texts.keep(q, own) }, "", url); // a keystroke is no new entry
  } else {
    history.pushState({ q: texts.keep(q) }, "", url);
  }
  if (!restoring && !same(at, shown)) window.scrollTo({ top: 0 }); // a new selection begins at its top
  restoring = false;
  shown = at;
  news.clear();
  told = false;
  announce();
  const total = results.dataset.total;
  if (total) {
    byID("total").textContent = total;
    delete byID("total").dataset.old;
  }
  status.textContent = total || "";
  htmx.trigger("#counts", "count");
}

listen(window, "popstate", (event) => {
  const state = event.state || {};
  if (state.drawer) {
    if (!query) return location.reload();
    return htmx.ajax("GET", location.pathname + location.search, { target: "#drawer-body", swap: "innerHTML" });
  }
  const drawer = byID("drawer");
  if (drawer && drawer.open) drawer.close();
  if (!query || location.pathname !== new URL(query.action).pathname) return location.reload();
  if (!same(entry(), shown)) restore();
});

// ---- live updates ----

const news = new Set(); // sessions that have come in since the list was read
let told = false;       // the status says what has changed, and not how many sessions there are

function announce() {
  const button = byID("news");
  if (!button) return;
  button.hidden = news.size === 0;
  const words = byID("live").dataset;
  if (news.size > 0) button.textContent = count({ one: words.newOne, many: words.newMany }, news.size);
}

function tick() {
  if (present.signal.aborted) return;
  const live = byID("live");
  const wanted = unanswered ? unanswered === "lost" : live.getAttribute("aria-pressed") === "true";
  const busy = document.querySelector(".progress.htmx-request, #more .htmx-request"); // with the list itself, or more of it
  if (document.visibilityState === "visible" && wanted && !busy && byID("as-of")) htmx.trigger(live, "tick");
}

// applied brings the page up to date with a set of changes. Rows on the page are patched in place;
// other rows are announced.
function applied(changes) {
  const words = byID("live").dataset;
  const left = [...changes.querySelectorAll(".left")].map((mark) => mark.dataset.key);
  for (const key of left) {
    const row = byID(key);
    news.delete(key);
    if (row && !row.classList.contains("gone")) {
      row.classList.add("gone");
      const note = document.createElement("span");
      note.className = "second gone-note";
      note.textContent = words.left;
      (row.querySelector(".c-verified") || row.lastElementChild).append(note);
    }
  }
  const rows = [...changes.querySelectorAll("template")].map((t) => t.content.firstElementChild);
  const changed = rows.filter((row) => byID(row.id));
  for (const row of changed) {
    patch(byID(row.id), row);
    byID(row.id).getAnimations().forEach((animation) => { animation.cancel(); animation.play(); });
  }
  follow([...rows.map((row) => row.id), ...left]);
  const list = document.querySelectorAll("#sessions .session");
  const last = list.length ? list[list.length - 1].dataset.created : "";
  for (const row of rows) {
    if (!byID(row.id) && (row.dataset.created >= last || !byID("show-more"))) news.add(row.id); // older ones come with further pages
  }
  announce();
  const said = [];
  if (changed.length) said.push(count({ one: words.changedOne, many: words.changedMany }, changed.length));
  if (news.size) said.push(byID("news").textContent);
  if (said.length && rows.length) {
    status.textContent = said.join(". ");
    told = true;
  }
  return rows.length > 0 || left.length > 0;
}

// ---- the drawer: details and settings beside the list ----

function openDrawer() {
  const drawer = byID("drawer");
  const article = drawer.querySelector("article");
  if (!article) return;
  const url = article.dataset.url;
  if (url && !(history.state && history.state.drawer)) history.pushState({ q: shown ? texts.keep(shown.q) : "", drawer: true }, "", url);
  else if (url) history.replaceState(history.state, "", url);
  if (url) history.scrollRestoration = "manual"; // its own document, reloaded, begins at the top
  if (!drawer.open) drawer.showModal();
  drawer.scrollTop = 0;
  const title = byID("drawer-title");
  if (title) title.focus();
}

function closedDrawer() {
  byID("drawer-body").replaceChildren();
  if (history.state && history.state.drawer) history.back();
}

// ---- export ----

let exporting = null;

async function save(form) {
  if (exporting) return;
  const body = new URLSearchParams(new FormData(query));
  for (const [name, value] of new FormData(form)) body.append(name, value);
  const words = form.dataset;
  const said = byID("export-status"), cancel = byID("cancel-export");
  const say = (text) => { said.textContent = text; };
  if (!body.has("column")) return say(words.noColumns);
  const progress = form.querySelector("progress");
  const total = byID("total").dataset;
  progress.removeAttribute("value");
  if (total.exact !== undefined) progress.max = Math.max(Number(total.n), 1);
  progress.parentElement.hidden = cancel.hidden = false;
  byID("export-digest").hidden = true;
  const start = form.querySelector("button.primary");
  start.setAttribute("aria-disabled", "true"); // disabled, it would lose the keyboard's focus
  exporting = new AbortController();
  let lines = 0, begun = false;
  try {
    const answer = await fetch(form.action, { method: "POST", body, headers: { "Page-Viewer": texts.viewer }, signal: exporting.signal });
    if (!answer.ok) {
      const { code, parameter } = await answer.json();
      const problems = JSON.parse(words.problems);
      return say(problems[`${code} ${parameter}`] || problems[code] || problems.internal);
    }
    begun = true;
    const parts = [];
    let size = 0, quoted = false, told = 0;
    const reader = answer.body.getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      parts.push(part.value);
      size += part.value.length;
      for (const byte of part.value) { // a record ends at a line break outside quotes
        if (byte === 34) quoted = !quoted;
        else if (byte === 10 && !quoted) lines++;
      }
      if (performance.now() - told > 100) {
        told = performance.now();
        if (total.exact !== undefined) progress.value = lines - 1;
        const of = total.exact !== undefined ? words.progressOf.replace("{total}", Number(total.n).toLocaleString("en")) : words.progress;
        say(count({ many: of }, Math.max(lines - 1, 0)));
      }
    }
    const link = document.createElement("a");
    const file = new Blob(parts, { type: answer.headers.get("Content-Type") });
    link.href = URL.createObjectURL(file);
    link.download = fileName(answer.headers.get("Content-Disposition"));
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
    say(count({ many: words.done }, Math.max(lines - 1, 0)).replace("{size}", bytes(size)));
    prove(file).catch(() => {}); // it is saved all the same
  } catch (error) {
    // a torn answer is an error, and never a file
    if (error.name === "AbortError") say(words.cancelled);
    else say(begun ? count({ many: words.tornAfter }, Math.max(lines - 1, 0)) : words.torn);
  } finally {
    exporting = null;
    start.removeAttribute("aria-disabled");
    if (document.activeElement === cancel) start.focus();
    progress.parentElement.hidden = cancel.hidden = true;
  }
}

// prove shows the digest of a file, which the audit trail has, too: what was saved is what was
// sent.
async function prove(file) {
  if (!window.isSecureContext || file.size > 5e8) return; // such a browser, or its memory, has none
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
  byID("export-digest").querySelector("code").textContent = [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  byID("export-digest").hidden = false;
}

function fileName(disposition) {
  const utf8 = /filename\*=utf-8''([^;]+)/i.exec(disposition);
  if (utf8) return decodeURIComponent(utf8[1]);
  const plain = /filename="?([^";]+)"?/i.exec(disposition);
  return plain ? plain[1] : "sessions.csv";
}

// exportTotal says in the dialog how many sessions the file will hold.
function exportTotal() {
  const total = byID("total"), box = byID("export-total");
  box.textContent = total.dataset.old !== undefined && total.textContent ? box.dataset.counting : total.textContent;
}

const bytes = (n) => n < 1e5 ? `${(n / 1e3).toFixed(1)} kB` : `${(n / 1e6).toFixed(1)} MB`;

// ---- events ----

listen(document, "htmx:beforeRequest", (event) => {
  if (!query) return;
  const isQuery = query.contains(event.target);
  if (isQuery) htmx.trigger("#counts", "htmx:abort");
  if (isQuery || event.target.closest("#more")) htmx.trigger("#live", "htmx:abort"); // the next one asks for the same and more
});

listen(document, "htmx:afterSwap", (event) => {
  const target = event.detail.target;
  if (target.id === "results") listed(byID("results"), event.detail.requestConfig.parameters.search || "");
  else if (target.id === "drawer-body") openDrawer();
});

listen(document, "htmx:afterOnLoad", (event) => {
  if (event.detail.xhr.status !== 200) return;
  if (event.detail.elt.id === "counts") {
    delete byID("counts").dataset.old;
    exportTotal();
    if (!told) status.textContent = byID("total").textContent;
  }
  if (event.detail.elt.id !== "live") return;
  if (unanswered) return ask(); // the connection is back
  const changes = document.createElement("template");
  changes.innerHTML = event.detail.xhr.responseText; // inert, and escaped by the server
  if (applied(changes.content)) htmx.trigger("#counts", "count");
  if (changes.content.querySelector("#as-of").hasAttribute("data-more")) tick();
});

// A further attempt after an error is the reader's: nothing is asked again and again. A list that a
// lost connection kept back is asked for when a live update, which is tried all the time, is
// answered.
for (const failure of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
  listen(document, failure, (event) => {
    const code = event.detail.xhr ? event.detail.xhr.status : 0;
    if (event.detail.elt.id === "live" && code === 400) return ask(); // the watermark is no longer known
    if (event.detail.target.id === "results" && (code < 400 || code >= 500)) {
      unanswered = code < 400 ? "lost" : "refused";
      byID("results").dataset.old = "";
      outdate();
    }
    if (code < 400 || code >= 500) alertUser(document.body.dataset.failed);
  });
}

// An answer of 4xx is shown in the list or in the drawer. Requests for changes and counts have no
// place for one.
listen(document, "htmx:beforeSwap", (event) => {
  const where = event.detail.target.id;
  if (event.detail.xhr.status >= 400 && where !== "results" && where !== "drawer-body") event.detail.shouldSwap = false;
});

// A link that is to open in another tab or window does.
listen(document, "click", (event) => {
  if ((event.ctrlKey || event.metaKey || event.shiftKey) && event.target.closest("a[href]")) event.stopPropagation();
}, true);

listen(document, "click", (event) => {
  const on = (selector) => event.target.closest(selector);
  const chip = on(".chip");
  if (chip && query) {
    const at = { url: chip.getAttribute("href"), q: byID("q").value };
    if (!fill(at)) return; // the link does it
    event.preventDefault();
    const chips = [...document.querySelectorAll(".chip")];
    const next = chips.indexOf(chip);
    whenSettled("results", () => {
      if (document.activeElement !== document.body) return; // the reader has gone on
      const left = document.querySelectorAll(".chip");
      (left[Math.min(next, left.length - 1)] || byID("q")).focus();
    });
    return ask();
  }
  const preset = on("[data-days]");
  if (preset) {
    const { from, to, days } = preset.dataset;
    const today = todayIn(query.elements["created_at.zone"].value);
    query.elements["created_at.from"].value = today ? daysBefore(today, days - 1) : from;
    query.elements["created_at.to"].value = today || to;
    return ask();
  }
  const home = on(`.bar a[href="${query && query.getAttribute("action")}"]`);
  if (home && fill({ url: home.getAttribute("href"), q: "" })) { // all sessions: the search goes, too
    event.preventDefault();
    return ask();
  }
  // Back to the list as it was left, with its search: from a document that was opened out of it.
  const back = on(".back a");
  if (back && history.state && history.state.drawer) {
    event.preventDefault();
    return history.back();
  }
  if (!query && history.state && history.state.q && (back || on(".attempts a"))) {
    event.preventDefault();
    history.pushState({ q: texts.keep(texts.of(history.state)) }, "", on("a").href);
    return location.reload();
  }
  const columns = on("[data-columns]");
  if (columns) return byID("export").querySelectorAll('[name="column"]').forEach((box) => { box.checked = columns.dataset.columns === "all"; });
  if (on("#refresh") || on("#news")) {
    if (on("#news")) window.scrollTo({ top: 0 });
    return ask();
  }
  if (on("#live")) {
    const live = byID("live");
    const off = live.getAttribute("aria-pressed") === "true";
    live.setAttribute("aria-pressed", String(!off));
    sessionStorage.setItem("live", off ? "off" : "on");
    return tick();
  }
  if (on("#toggle-filters")) {
    const toggle = byID("toggle-filters");
    return toggle.setAttribute("aria-expanded", String(toggle.getAttribute("aria-expanded") !== "true"));
  }
  if (on("#open-export")) {
    const zone = byID("export-zone");
    zone.textContent = zone.dataset.text.replace("{zone}", query.elements["created_at.zone"].value);
    byID("export-status").textContent = "";
    byID("export-digest").hidden = true;
    exportTotal();
    return byID("export").showModal();
  }
  if (on("#cancel-export") && exporting) return exporting.abort();
  if (event.target.matches("dialog")) { // beside it
    const box = event.target.getBoundingClientRect();
    if (event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom) event.target.close();
  }
  document.querySelectorAll("details.menu[open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
});

listen(document, "keydown", (event) => {
  const menu = document.querySelector("details.menu[open]");
  if (event.key === "Escape" && menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

if (query) {
  // before htmx sends the form
  listen(query, "change", (event) => { together(event); foldLevels(); }, true);
  together();
  listen(query, "input", () => { restoring = false; }, true);
  listen(query, "submit", (event) => { // by Enter: the list came while typing, and a keyboard on the screen covers it
    if (event instanceof SubmitEvent && matchMedia("(pointer: coarse)").matches) byID("q").blur();
  });
  listen(byID("drawer"), "close", closedDrawer);
  listen(byID("export"), "close", () => { if (exporting) exporting.abort(); });
  listen(byID("export-form"), "submit", (event) => { event.preventDefault(); save(event.target); });
  if (sessionStorage.getItem("live") === "off") byID("live").setAttribute("aria-pressed", "false");
  listen(document, "visibilitychange", tick);
  listen(window, "online", tick);
  setInterval(tick, 4000);

  const results = byID("results");
  shown = { url: results.dataset.url, q: query.elements.search.value };
  if (texts.of(history.state) && !shown.q) { // reloaded
    results.replaceChildren();
    listen(document, "DOMContentLoaded", () => setTimeout(restore));
  } else {
    history.replaceState({ q: texts.keep(shown.q, history.state && history.state.q) }, "", shown.url);
    listen(document, "DOMContentLoaded", () => setTimeout(() => htmx.trigger("#counts", "count")));
  }
}
