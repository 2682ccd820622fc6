/** An endpoint in a process of its own, for tests that kill it: prints its connection string, keeps its log where it is told. */
import { startEventHubs } from '../../local/eventhubs/endpoint.ts';

const dataDir = process.argv[2];
if (dataDir === undefined) throw new Error('Usage: endpointProcess.ts DIRECTORY');
const endpoint = await startEventHubs({ port: 0, hubs: [{ name: 'h', partitions: 2 }], dataDir });
console.log(endpoint.connectionString);
