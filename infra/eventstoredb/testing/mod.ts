export { createTestAuthority, type TestAuthority } from "./test_certificate.ts";
export { startTestCluster } from "./test_cluster.ts";
export { startTlsProxy } from "./tls_proxy.ts";
