import { edge } from "@headwater/http";
import { z } from "zod";
import { seal } from "./sealed_text.ts";
import { sessionCookie } from "./session_cookie.ts";

/** Sessions of people with a browser; nothing of them is kept here. */
export type Sessions = {
  /** Who has a session; undefined: the request is of none. Errors: `NotAdmitted` for what another site may have sent. */
  readonly identify: edge.Identify;
  /** Values of `Set-Cookie`. */
  begin(identity: edge.Identity): Promise<string>;
  readonly end: string;
};

const kept = z.object({
  actor: z.string(),
  roles: z.array(z.string()),
  customerId: z.string().optional(),
  name: z.string().optional(),
});

/** Seconds: a working day, after which somebody has to log in again. */
const longestS = 8 * 3_600;
const safe = ["GET", "HEAD", "OPTIONS"];

/** Sessions in a cookie that is encrypted; who takes away the secret ends all of them. */
export function sessions(
  { publicUrl, secrets, now = Date.now, seconds = longestS }: {
    /** Under which browsers reach this. */
    readonly publicUrl: string;
    /** The first is the newest. */
    readonly secrets: readonly string[];
    readonly now?: () => number;
    /** Default: 8 hours. */
    readonly seconds?: number;
  },
): Sessions {
  const { origin, protocol } = new URL(publicUrl);
  const cookie = sessionCookie("session", { isTls: protocol === "https:" });
  const sealed = seal(secrets, { purpose: "session", now });

  return {
    async identify({ method, headers }) {
      const text = cookie.in(headers);
      const found = text === undefined ? undefined : await sealed.open(text);
      const known = kept.safeParse(found).data;
      if (!found || !known) return undefined;
      if (!safe.includes(method)) assertOwnPage({ method, headers }, origin);
      return { ...known, until: (found.exp ?? 0) * 1_000 };
    },
    async begin({ actor, roles, customerId, name }) {
      const data = JSON.parse(JSON.stringify({ actor, roles, customerId, name }));
      return cookie.set(await sealed.close(data, { seconds }), { seconds });
    },
    end: cookie.clear,
  };
}

/** A browser sends the cookie for whoever has it do so: what changes something has to come from a page of our own. */
function assertOwnPage(
  { method, headers }: Pick<Request, "method" | "headers">,
  own: string,
): void {
  const [site, origin] = [headers.get("Sec-Fetch-Site"), headers.get("Origin")];
  const isOwn = (site === null || site === "same-origin") && (origin === null || origin === own);
  if (isOwn && (site !== null || origin !== null)) return;
  throw new edge.NotAdmitted(
    "origin-foreign",
    `Cannot ${method} by a session: the request does not say that a page of ${own} has sent it`,
  );
}
