import { machine } from "@headwater/core";
import { edge } from "@headwater/http";
import { z } from "zod";
import { seal } from "./sealed_text.ts";
import { sessionCookie } from "./session_cookie.ts";

/** Sessions of people with a browser. Nothing of them is kept here but which have been ended before their time. */
export type Sessions = {
  /** Who has a session; undefined: the request is of none. Errors: `NotAdmitted` for what another site may have sent. */
  readonly identify: edge.Identify;
  /** Values of `Set-Cookie`. */
  begin(identity: edge.Identity): Promise<string>;
  /** Ends that of a request: who has a copy of its cookie has nothing. */
  end(request: Pick<Request, "headers">): Promise<string>;
};

const kept = z.object({
  id: z.string(),
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
  { publicUrl, secrets, store = machine.memoryStore(), now = Date.now, seconds = longestS }: {
    /** Under which browsers reach this. */
    readonly publicUrl: string;
    /** The first is the newest. */
    readonly secrets: readonly string[];
    /** Where it stands which have ended, for all who know the secrets; default: for this process alone. */
    readonly store?: Pick<machine.SharedStore, "get" | "set">;
    readonly now?: () => number;
    /** Default: 8 hours. */
    readonly seconds?: number;
  },
): Sessions {
  const { origin, protocol } = new URL(publicUrl);
  const cookie = sessionCookie("session", { isTls: protocol === "https:" });
  const sealed = seal(secrets, { purpose: "session", now });

  async function openedFrom(headers: Headers) {
    const text = cookie.in(headers);
    const found = text === undefined ? undefined : await sealed.open(text);
    const known = kept.safeParse(found).data;
    if (!found || !known) return undefined;
    const { id, ...identity } = known;
    return { id, identity, until: (found.exp ?? 0) * 1_000 };
  }

  return {
    async identify({ method, headers }) {
      const opened = await openedFrom(headers);
      if (!opened) return undefined;
      const { id, identity, until } = opened;
      const isOver = async () => await store.get(endedKey(id)) !== undefined;
      if (await isOver()) return undefined;
      if (!safe.includes(method)) assertOwnPage({ method, headers }, origin);
      return { ...identity, until, isOver };
    },
    async begin({ actor, roles, customerId, name }) {
      const id = crypto.randomUUID();
      const data = JSON.parse(JSON.stringify({ id, actor, roles, customerId, name }));
      return cookie.set(await sealed.close(data, { seconds }), { seconds });
    },
    async end({ headers }) {
      const opened = await openedFrom(headers);
      // By then it is over anyway
      const ttlMs = Math.max(1, (opened?.until ?? 0) - now());
      if (opened) await store.set(endedKey(opened.id), "", { ttlMs });
      return cookie.clear;
    },
  };
}

function endedKey(id: string): string {
  return `session-ended:${id}`;
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
