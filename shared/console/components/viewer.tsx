import { type Context, createContext } from "hono/jsx";

/** Who looks at a page. */
export type Viewer = {
  /** Undefined: nobody was asked. */
  readonly name?: string | undefined;
  readonly roles?: readonly string[];
  /** Where they log out; undefined: they have not logged in here. */
  readonly logOutUrl?: string | undefined;
  /** What they lack to do an act; undefined: nothing. */
  lackedRole(act: { readonly engine: string; readonly act: string }): string | undefined;
};

/** Whom a page is made for; default: somebody who may do everything. */
export const ViewerContext: Context<Viewer> = createContext<Viewer>({
  lackedRole: () => undefined,
});
