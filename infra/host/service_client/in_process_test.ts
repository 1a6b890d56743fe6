import { serviceClientSuite } from "@headwater/testing";
import { inProcessClient } from "./in_process.ts";

serviceClientSuite("in-process client", (service) =>
  Promise.resolve({
    client: inProcessClient(new Map([["example", service]])),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }), Deno);
