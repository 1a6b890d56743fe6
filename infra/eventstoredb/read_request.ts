import shared from "@eventstore/db-client/generated/shared_pb.js";
import streams from "@eventstore/db-client/generated/streams_pb.js";

const { Options } = streams.ReadReq;
const { FilterOptions } = Options;

export type StreamPageRequest = {
  readonly direction: "forwards" | "backwards";
  /** Revision of the first event wanted; left out: the first one in that direction. */
  readonly from: number | undefined;
  readonly count: number;
};

/** Asks for part of a stream. */
export function streamPageRequest(
  stream: string,
  { direction, from, count }: StreamPageRequest,
): streams.ReadReq {
  const identifier = new shared.StreamIdentifier();
  identifier.setStreamName(new TextEncoder().encode(stream));
  const part = new Options.StreamOptions();
  part.setStreamIdentifier(identifier);
  if (from !== undefined) part.setRevision(String(from));
  else if (direction === "forwards") part.setStart(new shared.Empty());
  else part.setEnd(new shared.Empty());
  const options = commonOptions(direction);
  options.setStream(part);
  options.setCount(String(count));
  options.setNoFilter(new shared.Empty());
  return requestOf(options);
}

/**
 * Asks for events of all streams from a position on, the event there included; undefined: from the start. Backwards:
 * for those before the position; undefined: from the end.
 */
export function allPageRequest(
  from: number | undefined,
  { direction = "forwards", count }: {
    readonly direction?: "forwards" | "backwards";
    readonly count: number;
  },
): streams.ReadReq {
  const options = commonOptions(direction);
  options.setAll(direction === "backwards" && from === undefined ? allFromEnd() : allFrom(from));
  options.setCount(String(count));
  options.setNoFilter(new shared.Empty());
  return requestOf(options);
}

/** Asks for the last event of the log. */
export function headRequest(): streams.ReadReq {
  return allPageRequest(undefined, { direction: "backwards", count: 1 });
}

/**
 * Asks for all later events of the streams wanted, those to come included. Without categories these are the streams
 * that are not the server's own.
 */
export function subscriptionRequest(
  after: number | undefined,
  categories: readonly string[] | undefined,
): streams.ReadReq {
  const expression = new FilterOptions.Expression();
  if (!categories) expression.setRegex("^[^$]");
  // No stream has this name.
  else if (categories.length === 0) expression.setRegex("^$");
  else expression.setPrefixList(categories.map((category) => `${category}-`));
  const filter = new FilterOptions();
  filter.setStreamIdentifier(expression);
  // The server's own window, and a checkpoint each time it has looked through one.
  filter.setCount(new shared.Empty());
  filter.setCheckpointintervalmultiplier(1);
  const options = commonOptions("forwards");
  options.setAll(allFrom(after));
  options.setSubscription(new Options.SubscriptionOptions());
  options.setFilter(filter);
  return requestOf(options);
}

function commonOptions(direction: "forwards" | "backwards"): streams.ReadReq.Options {
  const uuid = new Options.UUIDOption();
  uuid.setString(new shared.Empty());
  const options = new Options();
  options.setUuidOption(uuid);
  options.setResolveLinks(false);
  options.setReadDirection(direction === "forwards" ? 0 : 1);
  return options;
}

function allFromEnd(): streams.ReadReq.Options.AllOptions {
  const all = new Options.AllOptions();
  all.setEnd(new shared.Empty());
  return all;
}

function allFrom(position: number | undefined): streams.ReadReq.Options.AllOptions {
  const all = new Options.AllOptions();
  if (position === undefined) {
    all.setStart(new shared.Empty());
    return all;
  }
  const place = new Options.Position();
  // Equal for all that was ever written over gRPC.
  place.setCommitPosition(String(position));
  place.setPreparePosition(String(position));
  all.setPosition(place);
  return all;
}

function requestOf(options: streams.ReadReq.Options): streams.ReadReq {
  const request = new streams.ReadReq();
  request.setOptions(options);
  return request;
}
