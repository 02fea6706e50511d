import { request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';

const ANSWER_TIMEOUT_MS = 2000;
/** Only a gateway of ours has this path; with keys it answers 401. */
const PATH = '/voltana/snapshot';
const ANSWERS = [200, 401];

/** Whether a voltana gateway serves there, by a path that only it has. Its certificate is not looked at, for nothing is sent. */
export const isGateway = (address: string): Promise<boolean> =>
  new Promise((resolve) => {
    const url = new URL(PATH, address);
    const ask = url.protocol === 'https:' ? tlsRequest : plainRequest;
    const asked = ask(url, { agent: false, timeout: ANSWER_TIMEOUT_MS, rejectUnauthorized: false }, (response) => {
      resolve(ANSWERS.includes(response.statusCode ?? 0) && (response.headers['content-type'] ?? '').startsWith('application/json'));
      response.destroy();
    });
    asked.on('timeout', () => asked.destroy(new Error('no answer'))).on('error', () => resolve(false));
    asked.end();
  });
