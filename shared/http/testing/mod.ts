export { exampleService, jsonRequest, validExampleOrder } from "./example_service.ts";
