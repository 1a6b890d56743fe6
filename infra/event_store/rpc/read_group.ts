import type { GrpcCall, Rpc } from "../grpc/grpc_call.ts";
import { consumerClient } from "./consumer_client.ts";
import { invalidArgument } from "./stream_errors.ts";
import type { GroupConnection } from "../groups/group_connection.ts";
import type { GroupRegistry } from "../groups/group_registry.ts";
import { readRequest } from "./read_message.ts";
import type { SubscriptionGroup } from "../groups/subscription_group.ts";

type Joined = { readonly group: SubscriptionGroup; readonly connection: GroupConnection };

/** `PersistentSubscriptions.Read`: messages to a client, and what it makes of them back. */
export function readGroup(registry: GroupRegistry): Rpc {
  return async (call) => {
    let joined: Joined | undefined;
    try {
      const first = Promise.withResolvers<Joined>();
      const received = call.receive((messages) => {
        for (const message of messages) {
          if (joined) answer(joined, message);
          else {
            joined = join(call, { registry, message });
            first.resolve(joined);
          }
        }
      });
      const { connection } = await Promise.race([first.promise, received.then(requireFirst)]);
      // A client that has nothing more to say still listens
      await Promise.race([connection.ended, aborted(call), received.then(() => connection.ended)]);
    } finally {
      joined?.group.disconnect(joined.connection);
    }
  };
}

function join(
  call: GrpcCall,
  { registry, message }: { readonly registry: GroupRegistry; readonly message: Uint8Array },
): Joined {
  const request = readRequest(message);
  if (request.kind !== "connect") throw invalidArgument("its options come first");
  const { name, bufferSize, uuidForm } = request;
  const group = registry.get(name);
  return { group, connection: group.connect(consumerClient(call, uuidForm), bufferSize) };
}

function answer({ group }: Joined, message: Uint8Array): void {
  const request = readRequest(message);
  if (request.kind === "ack") group.acknowledge(request.ids);
  else if (request.kind === "nack") group.refuse(request.ids, request);
  else throw invalidArgument("its options come once");
}

function requireFirst(): never {
  throw invalidArgument("its options are missing");
}

function aborted({ signal }: GrpcCall): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  const fail = () => reject(signal.reason);
  if (signal.aborted) fail();
  else signal.addEventListener("abort", fail, { once: true });
  return promise;
}
