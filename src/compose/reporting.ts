import { join } from 'node:path';
import { headerFields } from '../adapters/host/document-header.ts';
import { fileExists } from '../adapters/host/file-exists.ts';
import { fileStore } from '../adapters/host/fs-store.ts';
import { packageRoot } from '../adapters/host/installation.ts';
import { createRunArchive } from '../adapters/host/run-archive.ts';
import { shippedProfiles } from '../adapters/host/shipped-profiles.ts';
import type { DocumentHeader, Comparison, RunRecord } from '../domain/run-record.ts';
import { weakest } from '../domain/evidence.ts';
import type { Tuning } from '../domain/tuning.ts';
import { reportDocument } from '../reporting/report/document.ts';
import { checkHasRuns, reportCsv, reportMarkdown, reportXml } from '../reporting/report/files.ts';
import type { ReportModel } from '../reporting/report/model.ts';
import { reportPage } from '../reporting/report/page.ts';
import { reportPanels } from '../reporting/report/panels.ts';
import { stackSvg } from '../reporting/report/stack-svg.ts';
import { toJson } from '../reporting/json.ts';
import { Library } from '../runs/library.ts';
import { reportModel, type ReportWishes } from '../runs/reporting/model.ts';
import { readSources, sourcesOf } from '../runs/reporting/read.ts';

const ports = (argv: readonly string[]) => ({
  library: new Library(shippedProfiles(fileStore()), fileStore()),
  headerFor: (seed: number) => headerFields(argv, seed),
});

/** What a report of these runs, comparisons and searches tells. @throws VoltanaError for what is none of these */
export async function planReport(sources: readonly string[], wishes: ReportWishes, argv: readonly string[]): Promise<ReportModel> {
  const found = await readSources(sources, { archive: createRunArchive(), store: fileStore() });
  return reportModel(found, wishes, ports(argv));
}

const DEFAULT_FILE = 'voltana-report';

/** In this folder, beside those of before. */
export async function freeReportFile(): Promise<string> {
  for (let number = 1; ; number++) {
    const file = `${DEFAULT_FILE}${number === 1 ? '' : `-${number}`}.html`;
    if (!(await fileExists(file))) return file;
  }
}

async function pageText(model: ReportModel): Promise<string> {
  const { drawPanels } = await import('../adapters/export/draw-panels.ts');
  const { pageAssets } = await import('../adapters/export/page-assets.ts');
  const panels = reportPanels(model);
  return reportPage(model, panels, drawPanels(panels, 'light'), await pageAssets(join(packageRoot(), 'dist', 'page')));
}

async function svgText(model: ReportModel): Promise<string> {
  const { drawFiles } = await import('../adapters/export/draw-panels.ts');
  return stackSvg(drawFiles(reportPanels(model), 'light'));
}

/** As a document. Of nothing but a search its evidence is the search's. */
export function documentOf(model: ReportModel): ReturnType<typeof reportDocument> {
  const parts = [...model.runs.map(({ record }) => record), ...model.tunings.map(({ document }) => document)];
  const header: DocumentHeader<'report'> = {
    schemaVersion: 1,
    kind: 'report',
    ...headerFields(model.argv, parts[0]!.seed),
    createdAt: model.createdAt,
    evidence: weakest(...parts.map(({ evidence }) => evidence)),
  };
  return reportDocument(model, header);
}

/** Whether a file of this ending can tell of these. @throws VoltanaError BAD_VALUE */
export function checkReportFile(model: ReportModel, file: string): void {
  if (/\.(csv|xml)$/.test(file)) checkHasRuns(model, file);
}

/** As the ending of the file says. */
export async function reportText(model: ReportModel, file: string): Promise<string> {
  if (file.endsWith('.svg')) return svgText(model);
  if (file.endsWith('.md')) return reportMarkdown(model);
  if (file.endsWith('.csv')) return reportCsv(model);
  if (file.endsWith('.xml')) return reportXml(model);
  return file.endsWith('.json') ? toJson(documentOf(model)) : pageText(model);
}

/** The page of one document that has just been made, under the name of its file. */
export async function documentPage(file: string, document: RunRecord | Comparison | Tuning): Promise<string> {
  const model = await reportModel(sourcesOf(file, document), { title: undefined, fitted: undefined }, ports(document.argv));
  return pageText(model);
}
