import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Axis } from '../domain/axis.ts';
import { binningOf } from '../domain/binning.ts';
import {
  type MemberContent,
  type MemberGap,
  type MemberHistogram,
  memberHistograms,
} from '../export/member-histograms.ts';
import type { Store } from '../store/store.ts';
import type { SeenMember } from '../store/task-members.ts';
import type { PackedRows } from '../workers/packed-rows.ts';

/** Members are looked up so many at once. */
const MEMBERS_AT_ONCE = 200;
/** Blobs of about so many bytes go to a thread at once. */
const BYTES_AT_ONCE = 8_000_000;

/** Histograms of some members, ready for a thread. */
export interface PackedPage {
  readonly members: readonly SeenMember[];
  /** Of each member the row that it has; why it has none. */
  readonly rows: readonly (number | MemberGap)[];
  readonly packed: PackedRows & { readonly bytes: Uint8Array<ArrayBuffer> };
}

/** The histograms of members as they are stored now, in pages of bounded size, in the order of the members. */
export async function* packedPages(
  store: Store,
  content: MemberContent,
  members: Iterable<readonly SeenMember[]> | AsyncIterable<readonly SeenMember[]>,
): AsyncGenerator<PackedPage, void, undefined> {
  let packer = new Packer(store);
  for await (const some of members) {
    for (let from = 0; from < some.length; from += MEMBERS_AT_ONCE) {
      const page = some.slice(from, from + MEMBERS_AT_ONCE);
      const found = await memberHistograms(store, content, page);
      for (const [i, member] of page.entries()) await packer.add(member, found[i] as MemberHistogram | MemberGap);
      if (packer.size >= BYTES_AT_ONCE) {
        yield packer.take();
        packer = new Packer(store);
      }
      await nextTurn();
    }
  }
  if (packer.length > 0) yield packer.take();
}

class Packer {
  readonly #store: Store;
  readonly #members: SeenMember[] = [];
  readonly #rows: (number | MemberGap)[] = [];
  readonly #histograms: {
    readonly member: SeenMember;
    readonly histogram: MemberHistogram;
    readonly booked: number;
  }[] = [];
  readonly #axes: (readonly Axis[])[] = [];
  readonly #places = new Map<number, number>();
  /** Bytes of blobs so far. */
  size = 0;

  constructor(store: Store) {
    this.#store = store;
  }

  get length(): number {
    return this.#members.length;
  }

  async add(member: SeenMember, histogram: MemberHistogram | MemberGap): Promise<void> {
    this.#members.push(member);
    if (typeof histogram === 'string') {
      this.#rows.push(histogram);
      return;
    }
    this.#rows.push(this.#histograms.length);
    this.#histograms.push({ member, histogram, booked: await this.#placeOf(histogram.binningId) });
    this.size += histogram.blob.length;
  }

  /** In buffers of its own, which can be handed over: blobs as drivers give them may lie in buffers that are shared. */
  take(): PackedPage {
    const count = this.#histograms.length;
    const packed = {
      bytes: new Uint8Array(this.size),
      ends: new Uint32Array(count),
      booked: new Uint16Array(count),
      axes: this.#axes,
      entries: new Float64Array(count),
      runs: new Int32Array(count),
      firsts: new Int32Array(count),
      lasts: new Int32Array(count),
    };
    let end = 0;
    for (const [row, { member, histogram, booked }] of this.#histograms.entries()) {
      packed.bytes.set(histogram.blob, end);
      end += histogram.blob.length;
      packed.ends[row] = end;
      packed.booked[row] = booked;
      packed.entries[row] = histogram.entries ?? Number.NaN;
      packed.runs[row] = member.run;
      packed.firsts[row] = member.first;
      packed.lasts[row] = member.last;
    }
    return { members: this.#members, rows: this.#rows, packed };
  }

  async #placeOf(binningId: number): Promise<number> {
    const known = this.#places.get(binningId);
    if (known !== undefined) return known;
    const [stored] = await this.#store.reads.binnings([binningId]);
    if (stored == null) throw new Error(`there is no binning ${binningId}`);
    const place = this.#axes.push(binningOf(stored).axes) - 1;
    this.#places.set(binningId, place);
    return place;
  }
}
