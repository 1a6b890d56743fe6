import { jsonMark, type StoredEvent } from "../log/stored_event.ts";
import { Delivery, type DeliverySettings, type NackAction } from "../groups/delivery.ts";
import type { Consumer, Entry } from "../groups/message.ts";

type Sent = { readonly consumer: Consumer; readonly place: number; readonly retries: number };

/** A delivery whose effects are written down; places are revisions, and made into ids. Without settings of its own, each acknowledgement is a checkpoint. */
export function deliveryTestBed(changes: Partial<DeliverySettings> = {}) {
  const settings: DeliverySettings = {
    messageTimeoutMs: 30_000,
    maxRetryCount: 10,
    checkpointAfterMs: 0,
    minCheckpointCount: 1,
    maxCheckpointCount: 1,
    historyBufferSize: 500,
    consumerStrategy: "RoundRobin",
    ...changes,
  };
  const sent: Sent[] = [];
  const parked: { readonly place: number; readonly reason: string }[] = [];
  const checkpoints: number[] = [];
  const replayed: number[] = [];
  const answered: number[] = [];
  const parking: Entry[] = [];
  let written = 0;

  const delivery = new Delivery(settings, {
    send: (consumer, { message, retries }) =>
      sent.push({ consumer, place: message.resolved.event!.revision, retries }),
    park(entry, reason) {
      parked.push({ place: entry.message.resolved.event!.revision, reason });
      parking.push(entry);
    },
    checkpoint: (place) => checkpoints.push(place),
    replayed: ({ resolved }) => replayed.push(resolved.event!.revision),
    answered: (_consumer, durationMs) => answered.push(durationMs),
  });

  const bed = {
    delivery,
    sent,
    parked,
    checkpoints,
    replayed,
    /** How long each answer took. */
    answered,
    /** Parking succeeds at once. */
    parks: true,
    sentTo: (consumer: Consumer) =>
      sent.filter((each) => each.consumer === consumer).map(({ place }) => place),
    /** The next so many events of the source. */
    write(
      count: number,
      { streamOf = () => "stream", correlationOf, idOf = (place) => place }: {
        readonly streamOf?: (place: number) => string;
        readonly correlationOf?: (place: number) => string;
        readonly idOf?: (place: number) => number;
      } = {},
    ) {
      for (let each = 0; each < count; each++) {
        const place = written++;
        const event = eventOf(place, {
          stream: streamOf(place),
          correlation: correlationOf?.(place),
        });
        const resolved = { event, link: undefined };
        delivery.add({ id: textOf(idOf(place)), resolved, place });
      }
      delivery.dispatch(0);
    },
    replay(number: number) {
      const event = eventOf(number, { stream: "parked", correlation: undefined });
      delivery.replay({
        id: textOf(number),
        resolved: { event, link: undefined },
        place: undefined,
      });
      delivery.dispatch(0);
    },
    acknowledge: (place: number, now = 0) => delivery.acknowledge([textOf(place)], now),
    acknowledgeAll() {
      const ids = delivery.consumers.flatMap(({ inFlight }) =>
        [...inFlight].map(({ message }) => message.id)
      );
      delivery.acknowledge(ids, 0);
    },
    refuse(action: NackAction, place: number, now = 0) {
      delivery.refuse([textOf(place)], { action, reason: "for a reason", now });
      if (bed.parks) bed.finishParking();
    },
    /** Places of what waits to be parked. */
    waitingToBeParked: () => parking.map(({ message }) => message.place!),
    finishParking(now = 0) {
      for (const entry of parking.splice(0)) delivery.parked(entry, now);
    },
    failParking() {
      for (const entry of parking.splice(0)) delivery.parkFailed(entry);
      delivery.dispatch(0);
    },
  };
  return bed;
}

function textOf(number: number): string {
  return `id-${number}`;
}

function eventOf(
  revision: number,
  { stream, correlation }: { readonly stream: string; readonly correlation: string | undefined },
): StoredEvent {
  return {
    position: revision + 1,
    stream,
    revision,
    id: textOf(revision),
    type: "Happened",
    recordedAt: 0,
    data: "{}",
    metadata: correlation === undefined ? "" : JSON.stringify({ $correlationId: correlation }),
    json: jsonMark.claimed,
  };
}
