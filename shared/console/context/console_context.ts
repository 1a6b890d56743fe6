import type { acts, EventLog, Log } from "@headwater/core";
import type { edge, EdgeRoutes } from "@headwater/http";
import type { ConsoleService } from "../components/service_name.tsx";
import type { LiveChannel } from "../live/live_channel.ts";
import type { Trouble } from "./trouble.ts";

/** An act of an engine as a form needs it. */
export type ConsoleAct = Pick<
  acts.OperatorsAct<object>,
  "name" | "summary" | "args" | "options" | "changes" | "role"
>;

/** What somebody wants an engine of a service to do, or to tell. */
export type AskedOfService = {
  readonly service: string;
  /** Below `/ops/`, for example `sagas/retry`. */
  readonly path: string;
  readonly args: Readonly<Record<string, unknown>>;
  /** False: it only looks. */
  readonly changes: boolean;
  /** Who asks. */
  readonly actor?: string | undefined;
  /** What they may; undefined: nobody was asked for it. */
  readonly identity?: edge.Identity | undefined;
  readonly signal?: AbortSignal | undefined;
};

/** What a check of the gateway or of a service has shown. */
export type ConsoleCheck = {
  readonly name: string;
  readonly status: "pass" | "warn" | "fail";
  /** Of what is not well. */
  readonly cause?: string | undefined;
};

/** All that a console gets from outside. */
export type ConsoleDependencies = {
  /** The application's name. */
  readonly application: string;
  readonly services: readonly ConsoleService[];
  /** Of all services; nothing is appended by the console itself. */
  readonly log: Pick<EventLog, "read" | "readAll" | "subscribe" | "head">;
  /** By engine: `projections`, `sagas`, `routes` … */
  readonly acts: Readonly<Record<string, readonly ConsoleAct[]>>;
  /** Errors: the `Refusal` of the act; `Unavailable`, `DeadlineExceeded`: whether it was done is not known. */
  ask(asked: AskedOfService): Promise<unknown>;
  /** Where who has logged in logs out, by POST; default: nobody logs in here. */
  readonly logOutUrl?: string | undefined;
  /** What is known of what everything needs; asks nobody. */
  checks(): readonly ConsoleCheck[];
  /** Where a trace is shown; default: nowhere, its id alone is told. */
  traceUrl?(traceId: string): string;
  readonly logger: Log;
  /** Aborts when nobody is answered any more. */
  readonly ending: AbortSignal;
  /** Milliseconds since 1970; default: this machine's clock. */
  now?(): number;
};

/** What pages are made with. */
export type ConsoleContext = Omit<ConsoleDependencies, "now"> & {
  /** In the order of the navigation. */
  readonly sections: readonly Section[];
  readonly live: LiveChannel;
  readonly troubles: KnownTroubles;
  now(): number;
};

/** A page of the navigation, with the pages below it. */
export type Section = {
  /** Below `/console`; empty: the first page. */
  readonly path: string;
  readonly title: string;
  /** Adds its pages to the console's routes, whose paths begin below `/console`. */
  add(app: EdgeRoutes, context: ConsoleContext): void;
};

/** What is wrong now, as it was last seen. */
export type KnownTroubles = {
  /** Somebody has looked. */
  isSeen(): boolean;
  /** Asks nobody. */
  known(): readonly Trouble[];
  /** As of now, or of a moment ago; of what does not answer in time, as it was last seen. */
  look(): Promise<readonly Trouble[]>;
};
