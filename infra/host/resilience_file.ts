import { machine } from "@headwater/core";
import { calls } from "@headwater/resilience";
import type { Application } from "./application.ts";
import { ConfigError } from "./config.ts";
import { requestCalls } from "./request_calls.ts";

/** Bytes; every number of a hundred services is less than that. */
const mostBytes = 1024 * 1024;

/**
 * The numbers of calls to each service: the usual ones, what the application says before them, and what its operators say
 * in a file before that.
 *
 * Errors: `ConfigError` with the file, each place in it, what stands there, and what is allowed.
 */
export async function resilienceOf(
  { services, resilience = {} }: Pick<Application, "services" | "resilience">,
  path: string | undefined,
): Promise<calls.SettingsOf> {
  const targets = services.map(({ name }) => name);
  const layers = [{ all: requestCalls }, resilience];
  if (path === undefined) return calls.settingsByTarget(layers, { targets });
  try {
    return calls.settingsByTarget([...layers, await read(path)], { targets });
  } catch (error) {
    if (!(error instanceof calls.SettingsRefused)) throw error;
    throw new ConfigError([`RESILIENCE_FILE is "${path}": ${error.message}`]);
  }
}

async function read(path: string): Promise<unknown> {
  try {
    const { size } = await Deno.stat(path);
    if (size > mostBytes) {
      throw new calls.SettingsRefused([`it has ${size} bytes, allowed are ${mostBytes}`]);
    }
    return JSON.parse(await Deno.readTextFile(path));
  } catch (error) {
    if (error instanceof calls.SettingsRefused) throw error;
    const reason = machine.messageOf(error);
    throw new calls.SettingsRefused([`it cannot be read: ${reason}`], { cause: error });
  }
}
