/**
 * What the browser runs, as it stands here: there is no build. Pages are whole without it; it keeps them up to date.
 *
 * `<body data-live="URL">` opens an event stream. Of its messages, each with a name and with HTML made by the server's
 * components as its data: `data-live-prepend="NAME"` takes rows before those it has, at most `data-live-most`;
 * `data-live-replace="NAME"` takes it as its content; what has `data-live-reload="NAME"` is fetched anew with its page, by its
 * `id`. Nothing is changed under somebody who selects text or types there.
 */
export const browserScript = String.raw`"use strict";
(() => {
  const pauseMs = 1500;
  const { body } = document;
  const waiting = new Set();
  let isFetching = false;

  function isBusy(element) {
    const selected = getSelection();
    if (selected && !selected.isCollapsed && selected.containsNode(element, true)) return true;
    const { activeElement } = document;
    return element.contains(activeElement) && activeElement.matches("input, textarea, select");
  }

  function each(selector, act) {
    for (const element of document.querySelectorAll(selector)) act(element);
  }

  function prepend(element, html) {
    if (isBusy(element) || element.contains(document.activeElement)) return;
    const template = document.createElement("template");
    template.innerHTML = html;
    const fresh = [...template.content.children]
      .filter(({ id }) => id === "" || !document.getElementById(id));
    if (fresh.length === 0) return;
    for (const row of fresh) row.classList.add("is-new");
    for (const empty of element.querySelectorAll(".is-empty")) empty.remove();
    // Rows that stay where they are and say something else are no jump, rows that move are
    const rows = Array.from(element.children, (row) => row.cloneNode(true));
    for (const row of rows) row.classList.remove("is-new");
    const most = Number(element.dataset.liveMost || 100);
    element.replaceChildren(...[...fresh, ...rows].slice(0, most));
  }

  function swap(id, fresh) {
    const [old, next] = [document.getElementById(id), fresh.getElementById(id)];
    if (!old || !next || isBusy(old) || old.innerHTML === next.innerHTML) return;
    const open = Array.from(old.querySelectorAll("details[open][id]"), (details) => details.id);
    const focused = old.contains(document.activeElement) && document.activeElement.id;
    old.replaceChildren(...next.childNodes);
    for (const details of open) document.getElementById(details)?.setAttribute("open", "");
    if (focused) document.getElementById(focused)?.focus();
  }

  async function reload() {
    if (isFetching || waiting.size === 0 || document.hidden) return;
    isFetching = true;
    const wanted = [...waiting];
    waiting.clear();
    try {
      const answer = await fetch(location.href);
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const id of wanted) swap(id, fresh);
      keepTimes();
    } catch {
      // The next message tries again
    }
    setTimeout(() => {
      isFetching = false;
      reload();
    }, pauseMs);
  }

  function take(name, html) {
    each('[data-live-prepend="' + name + '"]', (element) => prepend(element, html));
    each('[data-live-replace="' + name + '"]', (element) => {
      if (!isBusy(element)) element.innerHTML = html;
    });
    each('[data-live-reload="' + name + '"]', ({ id }) => waiting.add(id));
    keepTimes();
    reload();
  }

  function listen(url) {
    const source = new EventSource(url);
    source.onopen = () => {
      body.setAttribute("data-link", "open");
      // What came before somebody listened, or while nobody did
      each("[id]:has(> tbody[data-live-prepend]), [data-live-reload]", ({ id }) => waiting.add(id));
      reload();
    };
    source.onerror = () => {
      body.setAttribute("data-link", "lost");
      // Where the answer was no stream a browser gives up for good
      if (source.readyState === EventSource.CLOSED) setTimeout(() => listen(url), 5000);
    };
    for (const name of new URL(url, location.href).searchParams.get("want").split(",")) {
      source.addEventListener(name, (event) => take(name, JSON.parse(event.data)));
    }
    addEventListener("pagehide", () => source.close(), { once: true });
  }

  // As durationText writes it
  function ago(ms) {
    const seconds = Math.floor(ms / 1000);
    if (seconds < 1) return "now";
    if (seconds < 60) return seconds + " s ago";
    const [minutes, hours] = [Math.floor(seconds / 60), Math.floor(seconds / 3600)];
    if (minutes < 10 && seconds % 60) return minutes + " min " + seconds % 60 + " s ago";
    if (minutes < 60) return minutes + " min ago";
    if (hours < 10 && minutes % 60) return hours + " h " + minutes % 60 + " min ago";
    return hours < 24 ? hours + " h ago" : Math.floor(hours / 24) + " d ago";
  }

  function keepTimes() {
    if (document.hidden) return;
    const now = Date.now();
    each("time[data-ago]", (time) => {
      const text = ago(now - Date.parse(time.dateTime));
      if (time.textContent !== text) time.textContent = text;
    });
  }

  if (body.dataset.live) listen(body.dataset.live);
  each(".menu [aria-current]", (current) => {
    current.scrollIntoView({ block: "nearest", inline: "center" });
  });
  document.addEventListener("visibilitychange", () => {
    keepTimes();
    reload();
  });
  setInterval(keepTimes, 5000);
  keepTimes();
})();
`;
