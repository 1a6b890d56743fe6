import { consolePath } from "./console_path.ts";

/** Where a stream is shown; with a revision, that event. */
export function streamUrl(stream: string, revision?: number): string {
  const url = `${consolePath}/streams/${encodeURIComponent(stream)}`;
  return revision === undefined ? url : `${url}/${revision}`;
}

/** Where everything is shown that followed from one request; `at`: the position of one event of it, where that is known. */
export function storyUrl(correlationId: string, at?: number): string {
  const url = `${consolePath}/story/${encodeURIComponent(correlationId)}`;
  return at === undefined ? url : `${url}?at=${at}`;
}
