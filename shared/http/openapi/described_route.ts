import type { z } from "zod";
import type { RouteOwner } from "./owned.ts";

/** What is said of a route for those who ask for it: the schemas are those that check, so that nothing is said twice. */
export type RouteDescription = {
  /** By what name descriptions and clients know it, in camelCase; default: made of its method and path. */
  readonly operation?: string | undefined;
  /** What it is for, in one line. */
  readonly summary?: string | undefined;
  /** Parameters of the path, by name. */
  readonly params?: Readonly<Record<string, z.ZodType>> | undefined;
  /** What is given after the `?`. */
  readonly query?: z.ZodType | undefined;
  /** What is sent, as JSON. */
  readonly body?: z.ZodType | undefined;
  /** What a request that succeeds is answered with, as JSON. */
  readonly answer?: z.ZodType | undefined;
  /** Of an answer that goes on: the data of each event. */
  readonly events?: z.ZodType | undefined;
  /** Codes with which it refuses, beside those that follow from what else is said. */
  readonly refusals?: readonly string[] | undefined;
  /** What is sent and answered, for example. */
  readonly example?: { readonly body?: unknown; readonly answer?: unknown } | undefined;
};

/** What is known of the read model that a route answers from. */
export type DescribedReading = {
  /** Its answer says where events of the row that it shows are parked. */
  readonly tellsParked: boolean;
  /** A client goes on after the event that it has seen. */
  readonly resumes: boolean;
};

/** A route as descriptions see it. */
export type DescribedRoute = {
  readonly service: string;
  readonly method: string;
  /** With `:parameters`. */
  readonly path: string;
  readonly declared: RouteDescription & {
    readonly priority?: string;
    readonly roles?: readonly string[] | undefined;
    readonly owner?: RouteOwner | undefined;
    readonly rate?: { readonly requests: number; readonly windowMs: number } | undefined;
    readonly cache?: unknown;
  };
  /** It is put together from several answers, some of which may be missing. */
  readonly isPage?: boolean;
  /** Undefined: it reads none, or none is known. */
  readonly reads?: DescribedReading | undefined;
};
