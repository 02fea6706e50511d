import type { Settings } from '../domain/settings.ts';
import { validateSettings } from '../schemas/compiled/validators.js';
import schema from '../schemas/settings.schema.json' with { type: 'json' };
import { parseDocumentOf } from './document.ts';

type SettingsFile = Partial<Settings> & { readonly schemaVersion: 1; readonly kind: 'settings' };

/** @throws VoltanaError FILE_MALFORMED or UNKNOWN_KEY, naming the file and the place */
export function parseSettingsFile(text: string, file: string): Partial<Settings> {
  const { schemaVersion: _version, kind: _kind, ...settings } = parseDocumentOf<SettingsFile>(text, file, validateSettings, schema);
  return settings;
}
