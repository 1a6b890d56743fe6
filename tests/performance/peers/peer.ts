import type { CartCommand } from "../cart.ts";

/** A rival at work: durable once a promise resolves. */
export type Peer = AsyncDisposable & {
  /** To the end of a stream, wherever that is; nobody else appends to it meanwhile. */
  append(stream: string, events: readonly PeerEvent[]): Promise<void>;
  /** Loads a cart, decides and appends, as the rival's documentation shows it. */
  handle(stream: string, command: CartCommand): Promise<void>;
  /** How many events are stored. */
  count(): Promise<number>;
};

export type PeerEvent = {
  readonly type: string;
  readonly data: Record<string, unknown>;
  readonly metadata: Record<string, unknown>;
};

/** Where a rival may keep its data. */
export type Place = {
  /** Empty. */
  readonly directory: string;
  /** Of an empty PostgreSQL database. */
  readonly databaseUrl: string;
};
