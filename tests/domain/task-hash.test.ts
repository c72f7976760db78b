import { createHash } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { encodeBins } from '../../src/domain/codec.ts';
import { binsHash, memberDigest, TaskHash, type TaskSubject } from '../../src/domain/task-hash.ts';

const sha256 = (...parts: (string | Uint8Array)[]) =>
  parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest('hex');

describe('the hash of bins', () => {
  test('is over their numbers, in the narrowest type', () => {
    const blob = encodeBins({ flow: false, contents: Float64Array.of(1, 2, 300) });
    expect(binsHash(blob, [3])).toBe(sha256('no flow\n', 'contents uint16\n', Uint8Array.of(1, 0, 2, 0, 0x2c, 1)));
    expect(binsHash(encodeBins({ flow: false, contents: Int32Array.of(1, 2, 300) }), [3])).toBe(binsHash(blob, [3]));
    const flow = encodeBins({ flow: true, contents: Float64Array.of(1, 2, 300) });
    expect(binsHash(flow, [1])).not.toBe(binsHash(blob, [3]));
  });

  test('does not depend on how their blob was deflated', () => {
    const contents = new Float64Array(5_000).map((_, i) => i % 7);
    const blob = encodeBins({ flow: false, contents });
    const another = Buffer.concat([blob.subarray(0, 2), deflateRawSync(Uint8Array.from(contents), { level: 9 })]);
    expect(another.equals(blob)).toBe(false);
    expect(binsHash(another, [5_000])).toBe(binsHash(blob, [5_000]));
  });
});

describe('the hash of a task', () => {
  const item = { run: 1, lumisection: 2, monitorElement: 'a b', binningHash: 'ff', binsHash: 'ee' };
  const subject: TaskSubject = {
    dataset: '/A',
    monitorElements: ['b', 'a'],
    granularity: 'LUMISECTION',
    windowLength: 1,
    truthVersions: ['["golden","","",1]'],
    hidesTruth: false,
  };
  const member = { part: 'TEST', run: 1, first: 2, last: 2, truth: 'POSITIVE' } as const;
  const digest = memberDigest('/A', [item]);
  const hashOf = (of: TaskSubject) => {
    const hash = new TaskHash(of);
    hash.add(member, digest);
    return hash.digest();
  };

  test('is the one that docs/tasks.md describes', () => {
    expect(Buffer.from(digest).toString('hex')).toBe(sha256('1 2 /A ff ee a b\n'));
    expect(hashOf(subject)).toBe(
      sha256(
        'lumigraph task 1\ndataset /A\ngranularity LUMISECTION 1\nmonitorElement a\nmonitorElement b\n',
        `truth ["golden","","",1]\nTEST 1 2 2 POSITIVE ${Buffer.from(digest).toString('hex')}\n`,
      ),
    );
  });

  test('does not depend on the order of names, and on everything else', () => {
    expect(hashOf({ ...subject, monitorElements: ['a', 'b'] })).toBe(hashOf(subject));
    for (const change of [
      { dataset: '/B' },
      { monitorElements: ['a'] },
      { windowLength: 2 },
      { hidesTruth: true },
      { truthVersions: ['["golden","","",2]'] },
    ]) {
      expect(hashOf({ ...subject, ...change })).not.toBe(hashOf(subject));
    }
  });

  test('tells nothing of a truth that is hidden', () => {
    const hashes = (['POSITIVE', 'NEGATIVE'] as const).map((truth) => {
      const hash = new TaskHash({ ...subject, hidesTruth: true });
      hash.add({ ...member, truth }, digest);
      return hash.digest();
    });
    expect(hashes[0]).toBe(hashes[1]);
  });
});
