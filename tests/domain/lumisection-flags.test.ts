import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bitsToFlags, flagsToBits, isLumisectionFlag, LUMISECTION_FLAGS } from '../../src/domain/lumisection-flags.ts';

describe('the flags of a lumisection', () => {
  it('survive as bits', () => {
    fc.assert(
      fc.property(fc.subarray([...LUMISECTION_FLAGS]), (flags) => {
        expect(bitsToFlags(flagsToBits(flags))).toEqual(flags);
        expect(bitsToFlags(flagsToBits(flags.toReversed()))).toEqual(flags);
      }),
    );
  });

  it('keep their stored positions for ever', () => {
    // bits are in databases: a change of any of these is a change of what they say
    expect(LUMISECTION_FLAGS.map((flag, position) => `${position} ${flag}`).slice(0, 36)).toMatchInlineSnapshot(`
      [
        "0 beam1_present",
        "1 beam2_present",
        "2 beam1_stable",
        "3 beam2_stable",
        "4 physics_flag",
        "5 cms_active",
        "6 bpix_ready",
        "7 fpix_ready",
        "8 tibtid_ready",
        "9 tob_ready",
        "10 tecp_ready",
        "11 tecm_ready",
        "12 ebp_ready",
        "13 ebm_ready",
        "14 eep_ready",
        "15 eem_ready",
        "16 esp_ready",
        "17 esm_ready",
        "18 hbhea_ready",
        "19 hbheb_ready",
        "20 hbhec_ready",
        "21 hf_ready",
        "22 ho_ready",
        "23 dtp_ready",
        "24 dt0_ready",
        "25 dtm_ready",
        "26 cscp_ready",
        "27 cscm_ready",
        "28 rpc_ready",
        "29 gemp_ready",
        "30 gemm_ready",
        "31 castor_ready",
        "32 zdc_ready",
        "33 rp_sect_45_ready",
        "34 rp_sect_56_ready",
        "35 rp_time_ready",
      ]
    `);
    expect(flagsToBits(['beam1_present', 'rp_time_ready'])).toBe(2n ** 35n + 1n);
  });

  it('are known by name, and fit a bit set that a double holds', () => {
    expect(isLumisectionFlag('bpix_ready')).toBe(true);
    expect(isLumisectionFlag('toString')).toBe(false);
    expect(LUMISECTION_FLAGS.length).toBeLessThanOrEqual(53);
    expect(new Set(LUMISECTION_FLAGS).size).toBe(LUMISECTION_FLAGS.length);
  });
});
