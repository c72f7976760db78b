import { computeMoments } from '../../src/domain/moments.ts';
import {
  DATASET,
  entriesOf,
  FIRST_RUN,
  inRange,
  inRangeOfMap,
  LINE,
  lineContents,
  MAP_PATH,
  MAP_RUN,
  mapContents,
  PATHS,
  type World,
} from './world.ts';

/** One question, as it is put to lumigraph and to the hand-written handler, and the one right answer to both. */
export interface Question {
  readonly graphql: { readonly query: string; readonly variables: Readonly<Record<string, unknown>> };
  /** Path and query string at the hand-written handler. */
  readonly path: string;
  readonly answer: string;
}

export type QuestionName = 'Q1' | 'Q3' | 'Q4' | 'trend' | 'sum' | 'facets' | 'small';

/** Of five elements each. */
const SUBSYSTEMS = [...new Set(PATHS.map((path) => path.split('/')[0] as string))].sort();

/** So many variants of each question are asked in turn, so that nobody can live on one answer. */
const VARIANTS = 8;

export function questions(name: QuestionName, world: World): Question[] {
  return Array.from({ length: VARIANTS }, (_, variant) => ASK[name](variant, world));
}

const runOf = (variant: number, { runs }: World) => FIRST_RUN + Math.floor((variant * runs) / VARIANTS);

/** The paths that a glob of a folder finds, in their order, with their places in PATHS. */
const inFolder = (folder: string) =>
  PATHS.map((path, element) => ({ path, element }))
    .filter(({ path }) => path.startsWith(folder))
    .sort((a, b) => (a.path < b.path ? -1 : 1));

const query = (parameters: Readonly<Record<string, string | number>>) =>
  new URLSearchParams(Object.entries(parameters).map(([key, value]) => [key, String(value)]));

const ASK: Record<QuestionName, (variant: number, world: World) => Question> = {
  /** 50 LS of a run, 5 elements each, with bins. */
  Q1(variant, world) {
    const run = runOf(variant, world);
    const from = 1 + ((variant * 61) % (world.lumisections - 49));
    const folder = 'PixelPhase1/Tracks/';
    const nodes = Array.from({ length: 50 }, (_, i) => ({
      number: from + i,
      histograms: {
        nodes: inFolder(folder).map(({ path, element }) => {
          const contents = lineContents(run, from + i, element);
          return { monitorElement: { path }, entries: entriesOf(contents), bins: inRange(contents) };
        }),
      },
    }));
    return {
      graphql: {
        query: `query RunGraph($run: Int!, $from: Int!, $elements: String!) {
  run(number: $run) {
    number
    lumisections(first: 50, where: { number: { gte: $from } }) {
      nodes {
        number
        histograms(where: { monitorElement: { path: { glob: $elements } } }) {
          nodes { monitorElement { path } entries bins }
        }
      }
    }
  }
}`,
        variables: { run, from, elements: `${folder}*` },
      },
      path: `/Q1?${query({ run, from, elements: `${folder}*` })}`,
      answer: JSON.stringify({ data: { run: { number: run, lumisections: { nodes } } } }),
    };
  },

  /** One element over 1,000 LS. */
  Q3(variant, world) {
    const run = runOf(variant, world);
    const element = (variant * 3) % PATHS.length;
    const path = PATHS[element] as string;
    const nodes = Array.from({ length: Math.min(1_000, world.lumisections) }, (_, i) => {
      const contents = lineContents(run, i + 1, element);
      return { lumisection: { number: i + 1 }, entries: entriesOf(contents), bins: inRange(contents) };
    });
    return {
      graphql: {
        query: `query OneElement($run: Int!, $path: String!) {
  lumisectionHistograms(first: 1000, where: { run: { number: { eq: $run } }, monitorElement: { path: { eq: $path } } },
    orderBy: { field: LUMISECTION }) {
    nodes { lumisection { number } entries bins }
  }
}`,
        variables: { run, path },
      },
      path: `/Q3?${query({ run, path })}`,
      answer: JSON.stringify({ data: { lumisectionHistograms: { nodes } } }),
    };
  },

  /** The mean of one element over all LS of a run. */
  trend(variant, world) {
    const run = runOf(variant, world);
    const element = (variant * 3) % PATHS.length;
    const path = PATHS[element] as string;
    const points = Array.from({ length: world.lumisections }, (_, i) => {
      const contents = lineContents(run, i + 1, element);
      const { meanX } = computeMoments({ flow: true, contents }, LINE);
      return { run, lumisection: i + 1, value: meanX, entries: entriesOf(contents) };
    });
    return {
      graphql: {
        query: `query Trend($run: Int!, $path: String!) {
  trend(monitorElement: $path, quantity: MEAN_X, where: { run: { number: { eq: $run } } }, by: LUMISECTION) {
    points { run lumisection value entries }
  }
}`,
        variables: { run, path },
      },
      path: `/trend?${query({ run, path })}`,
      answer: JSON.stringify({ data: { trend: { points } } }),
    };
  },

  /** One element added over all LS of a run. */
  sum(variant, world) {
    const run = runOf(variant, world);
    const element = (variant * 3) % PATHS.length;
    const path = PATHS[element] as string;
    const bins = new Array<number>(100).fill(0);
    let entries = 0;
    for (let lumisection = 1; lumisection <= world.lumisections; lumisection++) {
      const contents = lineContents(run, lumisection, element);
      entries += entriesOf(contents);
      for (let bin = 0; bin < bins.length; bin++) bins[bin] = (bins[bin] as number) + (contents[bin + 1] as number);
    }
    return {
      graphql: {
        query: `query Sum($run: Int!, $path: String!, $dataset: String!) {
  histogramSum(monitorElement: $path, dataset: $dataset, where: { run: { number: { eq: $run } } }) {
    histogramCount entries bins
  }
}`,
        variables: { run, path, dataset: DATASET },
      },
      path: `/sum?${query({ run, path })}`,
      answer: JSON.stringify({ data: { histogramSum: { histogramCount: world.lumisections, entries, bins } } }),
    };
  },

  /** How many histograms of a run each subsystem has. */
  facets(variant, world) {
    const run = runOf(variant, world);
    const monitorElementSubsystem = SUBSYSTEMS.map((value) => ({ value, count: 5 * world.lumisections }));
    return {
      graphql: {
        query: `query Facets($run: Int!) {
  lumisectionHistogramFacets(where: { run: { number: { eq: $run } } }) { monitorElementSubsystem { value count } }
}`,
        variables: { run },
      },
      path: `/facets?${query({ run })}`,
      answer: JSON.stringify({ data: { lumisectionHistogramFacets: { monitorElementSubsystem } } }),
    };
  },

  /** One map of 300 x 200 bins. */
  Q4(variant, world) {
    const lumisection = 1 + (variant % world.maps);
    const key = { run: MAP_RUN, lumisection, dataset: DATASET, path: MAP_PATH };
    const contents = mapContents(lumisection);
    const lumisectionHistogram = { shape: [200, 300], entries: entriesOf(contents), bins: inRangeOfMap(contents) };
    return {
      graphql: {
        query: `query OneMap($run: Int!, $lumisection: Int!, $dataset: String!, $path: String!) {
  lumisectionHistogram(run: $run, lumisection: $lumisection, dataset: $dataset, monitorElement: $path) {
    shape entries bins
  }
}`,
        variables: key,
      },
      path: `/Q4?${query(key)}`,
      answer: JSON.stringify({ data: { lumisectionHistogram } }),
    };
  },

  /** One histogram of one element: what a page that follows a run asks every few seconds. */
  small(variant, world) {
    const run = runOf(variant, world);
    const lumisection = 1 + variant;
    const path = PATHS[variant] as string;
    const key = { run, lumisection, dataset: DATASET, path };
    const contents = lineContents(run, lumisection, variant);
    return {
      graphql: {
        query: `query OneHistogram($run: Int!, $lumisection: Int!, $dataset: String!, $path: String!) {
  lumisectionHistogram(run: $run, lumisection: $lumisection, dataset: $dataset, monitorElement: $path) { entries bins }
}`,
        variables: key,
      },
      path: `/Q4?${query(key)}`,
      answer: JSON.stringify({
        data: { lumisectionHistogram: { entries: entriesOf(contents), bins: inRange(contents) } },
      }),
    };
  },
};
