/** What the browser runs, as it stands here: shows an order's events as they come. The page is whole without it. */
export const welcomeScript = String.raw`"use strict";
(() => {
  const list = document.querySelector("[data-order]");
  if (!list) return;
  const seen = Number(list.dataset.last);
  let count = 0;

  function part(tag, name, text) {
    const element = document.createElement(tag);
    if (name) element.className = name;
    element.textContent = text;
    return element;
  }

  function show({ at, service, type, step, compensates }) {
    // Those that the page has already come first
    if (++count <= seen) return;
    const line = document.createElement("li");
    line.className = compensates ? "is-undoing is-new" : "is-new";
    line.append(
      part("time", "mono", at.slice(11, 23)),
      part("span", "service of-" + service.replace(/[^a-z]/g, ""), service),
      part("b", "", type),
    );
    if (step) line.append(part("span", "mono", step));
    list.append(line);
  }

  function allow(type) {
    const now = {
      ShipmentArranged: { dispatch: true, cancel: true },
      ShipmentDispatched: { dispatch: false, deliver: true, cancel: false },
      ShipmentDelivered: { deliver: false },
      OrderCancellationStarted: { dispatch: false, deliver: false, cancel: false },
    }[type] || {};
    document.querySelector("[data-stuck]").hidden = type !== "StepStuck";
    for (const [act, can] of Object.entries(now)) {
      document.querySelector('[data-act="' + act + '"]').disabled = !can;
    }
  }

  const source = new EventSource("/api/orders/" + encodeURIComponent(list.dataset.order) + "/events");
  for (const type of list.dataset.types.split(" ")) {
    source.addEventListener(type, (event) => {
      show(JSON.parse(event.data));
      allow(type);
    });
  }
  addEventListener("pagehide", () => source.close(), { once: true });
})();
`;
