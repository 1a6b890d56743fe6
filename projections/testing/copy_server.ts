import { message, type PostgresDouble, servePostgres } from "@headwater/postgres/testing";

/** Speaks as PostgreSQL does of COPY, and refuses the first one: what postgres.js makes of that is tried without a server. */
export type CopyServer = PostgresDouble & {
  /** What was copied in the end. */
  copied(): string;
};

const ready = message("Z", "I");
const welcome = [...message("R", [0, 0, 0, 0]), ...ready];
const copyIn = [...message("C", "SET\0"), ...message("G", [0, 0, 0])];
const refusal = [
  ...message("E", "SERROR\0VERROR\0C22P02\0Minvalid input syntax\0\0"),
  ...ready,
];
const done = [...message("C", "COPY 1\0"), ...ready];

/** `refusesAt`: before it has got lines, or when it has got all. */
export function startCopyServer(
  { refusesAt }: { readonly refusesAt: "begin" | "end" },
): CopyServer {
  let copied = "";
  let isRefused = false;

  const server = servePostgres(async (open) => {
    const say = async (bytes: readonly number[]) => void await open.write(Uint8Array.from(bytes));
    let isCopying = false;
    for await (const { type, body } of messagesOf(open)) {
      if (type === "") await say(welcome);
      if (type === "d" && isCopying) copied += new TextDecoder().decode(body);
      // Outside of a COPY its end and its failure are passed over
      if (type === "c" && isCopying) {
        isCopying = false;
        if (isRefused) await say(done);
        else await refuse();
      }
      if (type !== "Q") continue;
      if (!new TextDecoder().decode(body).includes("copy ")) await say(done);
      else if (isRefused || refusesAt === "end") {
        [isCopying, copied] = [true, ""];
        await say(copyIn);
      } else {
        await say(copyIn);
        await refuse();
      }
    }
    async function refuse(): Promise<void> {
      isRefused = true;
      await say(refusal);
    }
  });
  return { ...server, copied: () => copied };
}

/** What a client says; its first message has no type. */
async function* messagesOf(connection: Deno.Conn) {
  let unread = new Uint8Array(0);
  for (let first = true;;) {
    const at = first ? 0 : 1;
    const length = unread.length < at + 4 ? undefined : new DataView(unread.buffer).getInt32(at);
    if (length !== undefined && unread.length >= at + length) {
      const type = first ? "" : String.fromCharCode(unread[0]!);
      yield { type, body: unread.slice(at + 4, at + length) };
      unread = unread.slice(at + length);
      first = false;
      continue;
    }
    const more = new Uint8Array(1_024);
    const count = await connection.read(more);
    if (count === null) return;
    const joined = new Uint8Array(unread.length + count);
    joined.set(unread);
    joined.set(more.subarray(0, count), unread.length);
    unread = joined;
  }
}
