// What tests and benchmarks of others take apart: nothing of it is for use
export { frame } from "../grpc/grpc_frame.ts";
export { type GrpcCall, type Rpc } from "../grpc/grpc_call.ts";
export { type GrpcServerOptions, startGrpcServer } from "../grpc/grpc_server.ts";
export { GrpcError, grpcStatus } from "../grpc/grpc_status.ts";
export { ProtobufWriter } from "../grpc/protobuf_writer.ts";
export { type AppendRequest, appendRequest, type PreparedEvent } from "../log/append_request.ts";
export { openDatabase } from "../log/sqlite_database.ts";
export { openSqliteStore } from "../log/sqlite_store.ts";
export { jsonMark } from "../log/stored_event.ts";
export { EventStore } from "../projected/event_store.ts";
export { writeBatchResponse } from "../rpc/batch_append_response.ts";
export { readBatchChunk } from "../rpc/pending_batch.ts";
export { readReadRequest } from "../rpc/read_request.ts";
export { writeCaughtUp, writeConfirmation, writeEventResponse } from "../rpc/read_response.ts";
export { serverFeatures } from "../rpc/server_features.ts";
export { streamsService } from "../rpc/streams_service.ts";
export { grpcTestBed, untilOver } from "./grpc_test_bed.ts";
export { newEvent, newEvents } from "./new_events_test_bed.ts";
