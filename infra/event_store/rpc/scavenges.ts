import { metastreamOf } from "../log/stream_metadata.ts";
import type { EventStore } from "../projected/event_store.ts";

const indexStream = "$scavenges";
const keptForSeconds = 30 * 24 * 60 * 60;

/**
 * Scavenges as an original has them that finds nothing to remove: each is over as soon as it has begun, and can be looked
 * up in `$scavenges` and in a stream of its own.
 */
export class Scavenges {
  readonly #store: EventStore;
  readonly #nodeEndpoint: () => string;
  #last: string | undefined;

  /** `nodeEndpoint`: host and port, as the streams tell it. */
  constructor(store: EventStore, nodeEndpoint: () => string) {
    this.#store = store;
    this.#nodeEndpoint = nodeEndpoint;
  }

  /** Id of the last one since the server started; undefined: there was none. */
  get last(): string | undefined {
    return this.#last;
  }

  /** The new one's id. */
  async start(): Promise<string> {
    const scavengeId = crypto.randomUUID();
    const stream = `${indexStream}-${scavengeId}`;
    const about = { scavengeId, nodeEndpoint: this.#nodeEndpoint() };
    const outcome = {
      result: "Success",
      error: null,
      timeTaken: "00:00:00",
      spaceSaved: 0,
      maxChunkScavenged: 0,
    };
    await this.#store.appendInternal(metastreamOf(stream), [{
      type: "$metadata",
      data: JSON.stringify({
        $maxAge: keptForSeconds,
        $acl: { $r: "$ops", $w: [], $d: [], $mr: [], $mw: [] },
      }),
    }]);
    await this.#store.appendInternal(stream, [
      { type: "$scavengeStarted", data: JSON.stringify(about) },
      { type: "$scavengeCompleted", data: JSON.stringify({ ...about, ...outcome }) },
    ]);
    await this.#store.appendInternal(
      indexStream,
      [0, 1].map((revision) => ({ type: "$>", data: `${revision}@${stream}`, isJson: false })),
    );
    this.#last = scavengeId;
    return scavengeId;
  }
}
