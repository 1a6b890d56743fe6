import type { Service, View } from "@headwater/core";
import type { ServiceDependencies } from "@headwater/http";
import type { Migration } from "@headwater/postgres";
import type { Process } from "@headwater/sagas";

/** A service as the host sees it. Nothing happens until `create`. */
export type ServiceDefinition = {
  /** Also its host name in `http://<name>/…` and the name of its database. */
  readonly name: string;
  /** The categories whose streams it alone writes. */
  readonly categories: readonly string[];
  /** DDL of tables beside the views', in order, for ever; applied once each. */
  readonly migrations?: readonly Migration[];
  readonly views: readonly View[];
  readonly processes: readonly Process[];
  create(dependencies: ServiceDependencies): Service;
};
