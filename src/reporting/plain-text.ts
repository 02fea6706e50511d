export { oneLine, printable } from '../domain/plain-text.ts';
