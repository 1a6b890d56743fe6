import { consolePath } from "./console_path.ts";

/** Where a stream is shown; with a revision, that event. */
export function streamUrl(stream: string, revision?: number): string {
  const url = `${consolePath}/streams/${encodeURIComponent(stream)}`;
  return revision === undefined ? url : `${url}/${revision}`;
}

/** Where everything is shown that followed from one request. */
export function storyUrl(correlationId: string): string {
  return `${consolePath}/story/${encodeURIComponent(correlationId)}`;
}
