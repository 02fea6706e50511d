import { parentPort } from 'node:worker_threads';
import { simulateJob, type Job } from './simulate.ts';

parentPort!.on('message', (job: Job) => parentPort!.postMessage(simulateJob(job)));
// What was sent before is lost to whatever else listens while the loader starts.
parentPort!.postMessage('ready');
