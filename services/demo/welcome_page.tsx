import { stockItemEvents } from "@shop/inventory/contract";
import { notificationEvents } from "@shop/notification/contract";
import { fulfilmentEvents, orderEvents } from "@shop/order/contract";
import { paymentEvents } from "@shop/payment/contract";
import { shipmentEvents } from "@shop/shipping/contract";
import { stories, type Story } from "./stories.ts";

/** A stream of events in a browser is listened to by their names. */
const types = [
  ...[orderEvents, fulfilmentEvents, paymentEvents],
  ...[stockItemEvents, shipmentEvents, notificationEvents],
].flatMap((each) => each.types);

/** An order that a newcomer has placed. */
export type WatchedOrder = {
  readonly orderId: string;
  /** Of everything that follows from it. */
  readonly correlationId: string;
  readonly title: string;
  readonly events: readonly WatchedEvent[];
  /** What can be done with it now. */
  readonly acts: readonly WatchedAct[];
};

/** As the order's timeline tells it. */
export type WatchedEvent = {
  readonly at: string;
  readonly service: string;
  readonly type: string;
  readonly step?: string | undefined;
  readonly compensates?: string | undefined;
};

/** What people do to an order. */
export const watchedActs = ["dispatch", "deliver", "cancel"] as const;
export type WatchedAct = (typeof watchedActs)[number];

const groups = [
  {
    title: "It goes well",
    holds: ({ ends, placement, acts }: Story) =>
      ends !== "cancelled" && !placement.paymentMethod && !acts?.includes("cancel-too-late"),
  },
  {
    title: "Something is in the way, and it goes well all the same",
    holds: ({ ends }: Story) => ends !== "cancelled",
  },
  {
    title: "It cannot be done, and is undone step by step",
    holds: ({ needsOperator }: Story) => !needsOperator,
  },
  { title: "It stands still until you free it", holds: () => true },
];

/** The first page of a shop that somebody tries out: an order of each story by a click, and what becomes of it. */
export function WelcomePage({ order, refused }: {
  readonly order: WatchedOrder | undefined;
  /** Why the shop did not do what was asked. */
  readonly refused?: string | undefined;
}) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>Headwater: the shop</title>
        <link rel="icon" href="/console/icon.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="/welcome.css" />
        <script src="/welcome.js" defer></script>
      </head>
      <body>
        <header>
          <p class="brand">Headwater</p>
          <nav aria-label="Elsewhere">
            <a href="/console">Console</a>
            <a href="/docs">API</a>
          </nav>
        </header>
        <main>
          <h1>The shop is open</h1>
          <p class="lead">
            Six services, an event log, a saga between them. Place an order and watch its events
            come in; then look at the same in the <a href="/console">console</a>.
          </p>
          {refused !== undefined && <p class="refused" role="alert">{refused}</p>}
          <div class={order ? "columns" : ""}>
            {order && <Order order={order} />}
            <Stories />
          </div>
        </main>
      </body>
    </html>
  );
}

function Stories() {
  const told = new Set<Story>();
  return (
    <section aria-label="Stories" class="stories">
      {groups.map(({ title, holds }) => {
        const own = stories.filter((story) => !told.has(story) && holds(story));
        for (const story of own) told.add(story);
        return (
          <form method="post" action="/">
            <h2>{title}</h2>
            <ul>
              {own.map((story) => (
                <li>
                  <button type="submit" name="story" value={story.title}>
                    <b>{capital(story.title)}</b>
                    <span>{endText(story)}</span>
                  </button>
                </li>
              ))}
            </ul>
          </form>
        );
      })}
    </section>
  );
}

function Order({ order: { orderId, correlationId, title, events, acts } }: {
  readonly order: WatchedOrder;
}) {
  return (
    <section class="order" aria-label="Your order">
      <div class="order-head">
        <div>
          <h2>{capital(title)}</h2>
          <p class="mono">{orderId}</p>
        </div>
        <a class="button is-main" href={`/console/story/${encodeURIComponent(correlationId)}`}>
          What led to what
        </a>
      </div>
      <ol
        class="events"
        data-order={orderId}
        data-last={events.length}
        data-types={types.join(" ")}
        aria-live="polite"
      >
        {events.map((event) => <EventLine event={event} />)}
      </ol>
      <p class="stuck" data-stuck hidden={events.at(-1)?.type !== "StepStuck"}>
        It stands still.{" "}
        <a href={`/console/sagas/fulfilment/${encodeURIComponent(orderId)}`}>
          Free it in the console
        </a>
      </p>
      <form method="post" action="/" class="acts">
        <input type="hidden" name="order" value={orderId} />
        <input type="hidden" name="correlation" value={correlationId} />
        <input type="hidden" name="title" value={title} />
        {watchedActs.map((act) => (
          <button
            type="submit"
            name="act"
            value={act}
            data-act={act}
            disabled={!acts.includes(act)}
          >
            {capital(act)}
          </button>
        ))}
        <a
          class="button"
          href={`/?${new URLSearchParams({ order: orderId, correlation: correlationId, title })}`}
        >
          Look again
        </a>
      </form>
    </section>
  );
}

/** How it ends, and what somebody has to do for that. */
function endText({ ends, needsOperator, acts = [] }: Story): string {
  if (needsOperator) return `gets stuck; once it is freed, ${ends}`;
  if (acts.includes("deliver")) return "once you dispatch and deliver it";
  if (acts.includes("cancel-too-late")) return "dispatch it, then try to cancel it";
  if (acts.includes("dispatch")) return "once you dispatch it";
  return acts.includes("cancel-later") ? "once you cancel it" : ends;
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

function EventLine({ event: { at, service, type, step, compensates } }: {
  readonly event: WatchedEvent;
}) {
  return (
    <li class={compensates === undefined ? undefined : "is-undoing"}>
      <time class="mono" datetime={at}>{at.slice(11, 23)}</time>
      <span class={`service of-${service}`}>{service}</span>
      <b>{type}</b>
      {step !== undefined && <span class="mono">{step}</span>}
    </li>
  );
}
