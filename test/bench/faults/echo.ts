/** The least that an answer over a Unix socket can cost on Node: `node echo.js SOCKET` answers every POST with what it got. */
import { createServer } from 'node:http';

createServer((request, response) => {
  const body: Buffer[] = [];
  request.on('data', (chunk: Buffer) => body.push(chunk));
  request.on('end', () => {
    const bytes = Buffer.concat(body);
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': bytes.length });
    response.end(bytes);
  });
}).listen(process.argv[2], () => process.stdout.write('{"ready":true}\n'));
