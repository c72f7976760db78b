/**
 * Beam and detector-control (DCS) bits of a lumisection, under the names OMS gives them. The order is the bit position
 * in `lumisection.flags_on` and `flags_off` and must never change: append, up to 53 in all (they travel as numbers).
 */
export const LUMISECTION_FLAGS = [
  'beam1_present',
  'beam2_present',
  'beam1_stable',
  'beam2_stable',
  'physics_flag',
  'cms_active',
  'bpix_ready',
  'fpix_ready',
  'tibtid_ready',
  'tob_ready',
  'tecp_ready',
  'tecm_ready',
  'ebp_ready',
  'ebm_ready',
  'eep_ready',
  'eem_ready',
  'esp_ready',
  'esm_ready',
  'hbhea_ready',
  'hbheb_ready',
  'hbhec_ready',
  'hf_ready',
  'ho_ready',
  'dtp_ready',
  'dt0_ready',
  'dtm_ready',
  'cscp_ready',
  'cscm_ready',
  'rpc_ready',
  'gemp_ready',
  'gemm_ready',
  'castor_ready',
  'zdc_ready',
  'rp_sect_45_ready',
  'rp_sect_56_ready',
  'rp_time_ready',
] as const;

export type LumisectionFlag = (typeof LUMISECTION_FLAGS)[number];

const bitOf = new Map<string, bigint>(LUMISECTION_FLAGS.map((flag, position) => [flag, 1n << BigInt(position)]));

export const isLumisectionFlag = (name: string): name is LumisectionFlag => bitOf.has(name);

/** The set as bits, for `flags_on` or `flags_off`. */
export function flagsToBits(flags: Iterable<LumisectionFlag>): bigint {
  let bits = 0n;
  for (const flag of flags) bits |= bitOf.get(flag) as bigint;
  return bits;
}

/** The flags of a bit set, in the order of LUMISECTION_FLAGS. */
export function bitsToFlags(bits: bigint): LumisectionFlag[] {
  return LUMISECTION_FLAGS.filter((flag) => (bits & (bitOf.get(flag) as bigint)) !== 0n);
}
