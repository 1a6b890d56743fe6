import { deepEqual, equal, match, throws } from "node:assert/strict";
import { certificateFiles, describeHosts, readConnectionString } from "./connection_string.ts";

Deno.test("a connection string names hosts, credentials and settings", () => {
  const { hosts, discovers, credentials, parameters, ignored } = readConnectionString(
    "esdb://admin:change%3Ait:%40@es1:2114,es2,10.0.0.3:2116/?TLS=true&tls-ca-file=%2Fetc%2Fca.pem&keepAliveInterval=-1",
  );
  deepEqual(hosts, [
    { address: "es1", port: 2114 },
    { address: "es2", port: 2113 },
    { address: "10.0.0.3", port: 2116 },
  ]);
  deepEqual(credentials, { username: "admin", password: "change:it:@" });
  equal(discovers, true);
  equal(parameters.tlsCAFile, "/etc/ca.pem");
  equal(parameters.keepAliveInterval, -1);
  deepEqual(ignored, []);
});

Deno.test("one host is connected to, unless it is to be asked for the others", () => {
  equal(readConnectionString("esdb://es1").discovers, false);
  equal(readConnectionString("kurrentdb+discover://cluster.local").discovers, true);
  equal(readConnectionString("esdb+discover://es1,es2").hosts.length, 2);
});

Deno.test("TLS is on unless it is turned off, and needs files only then", () => {
  equal(readConnectionString("esdb://es1").parameters.tls, true);
  const files = "tlsCAFile=ca.pem&userCertFile=me.pem&userKeyFile=me.key";
  deepEqual(certificateFiles(`esdb://es1?${files}`), [
    "ca.pem",
    "me.pem",
    "me.key",
  ]);
  deepEqual(certificateFiles(`esdb://es1?tls=false&${files}`), []);
});

Deno.test("what has no meaning here is told, not refused", () => {
  deepEqual(readConnectionString("esdb://es1?defaultDeadline=1&x").ignored, [
    "defaultDeadline",
    "x",
  ]);
});

Deno.test("a wrong value is named with what is allowed", () => {
  const wrong = [
    ["tls=maybe", /its "tls" is "maybe", allowed: true or false$/],
    ["nodepreference=any", /its "nodePreference" is "any", allowed: leader, follower/],
    ["gossipTimeout=soon", /its "gossipTimeout" is "soon"/],
    ["userCertFile=a.pem", /"userCertFile" and "userKeyFile" go together/],
  ] as const;
  for (const [query, message] of wrong) {
    throws(() => readConnectionString(`esdb://es1?${query}`), message);
  }
  throws(() => readConnectionString("esdb://es1:123456"), /"es1:123456" is no host with a port/);
});

Deno.test("no error shows the credentials", () => {
  const wrong = [
    "esdb://admin:secret@es1?tls=maybe",
    "esdb://admin:secret@",
    "http://admin:secret@es1",
    "esdb://secret@es1",
    "esdb://admin:secret%@es1",
    "esdb://admin:secret@es1:x",
  ];
  for (const text of wrong) {
    throws(() => readConnectionString(text), (error) => {
      match(String(error), /^Error: Cannot use the event store's connection string: /);
      equal(/secret/.test(String(error)), false, String(error));
      return true;
    });
  }
});

Deno.test("hosts are described for people", () => {
  equal(describeHosts(readConnectionString("esdb://u:p@a,b:1?tls=false")), "a:2113, b:1");
});
