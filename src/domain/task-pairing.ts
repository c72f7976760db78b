import { parseDatasetName } from './dataset-name.ts';

/**
 * How a version of a certification goes with the dataset of a task. ANY_DATASET: the version judges no dataset in
 * particular. OTHER_RECONSTRUCTION: it judges another one, or one whose name does not tell.
 */
export const PAIRINGS = ['ANY_DATASET', 'SAME_RECONSTRUCTION', 'OTHER_RECONSTRUCTION'] as const;
export type Pairing = (typeof PAIRINGS)[number];

export function pairingOf(dataset: string, judged: string): Pairing {
  if (judged === '') return 'ANY_DATASET';
  if (judged === dataset) return 'SAME_RECONSTRUCTION';
  const [ours, theirs] = [reconstructionOf(dataset), reconstructionOf(judged)];
  return ours !== null && ours === theirs ? 'SAME_RECONSTRUCTION' : 'OTHER_RECONSTRUCTION';
}

/** Run Registry's names: `/PromptReco/Collisions2018A/DQM`. */
const REGISTRY_FORM = /^\/(?<reconstruction>[^/\s]+)\/[^/\s-]+\/DQM$/;

/** `PromptReco` of `/ZeroBias/Run2018A-PromptReco-v1/DQMIO` and of Run Registry's names; null where a name has another form. */
function reconstructionOf(name: string): string | null {
  const { processing } = parseDatasetName(name);
  if (processing !== null) return processing.replace(/-v\d+$/, '');
  return REGISTRY_FORM.exec(name)?.groups?.reconstruction ?? null;
}
