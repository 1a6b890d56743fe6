import type { RouteTable } from "./route_table.ts";

/** Systems that are not ours, and how to reach them. */
export type Upstreams = {
  /** The table as it is now; another one is another object. */
  table(): RouteTable;
  /** Sends a request once, to the URL that it has, which is of that upstream; redirects are answers. Errors: `Unavailable`. */
  send(request: Request, upstream: string): Promise<Response>;
};
