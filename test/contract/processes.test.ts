import { hostProcesses } from '../../src/adapters/host/processes.ts';
import { processesContract } from './processes.ts';

processesContract('host', hostProcesses);
