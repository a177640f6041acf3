package io.sluice.mempool;

/**
 * What processes share of dynamic mbuf fields and flags ({@code rte_mbuf_dyn.c}, 22.11): the
 * memzone {@code rte_mbuf_dyn}, and the elements of the tailqs {@code RTE_MBUF_DYNFIELD} and {@code
 * RTE_MBUF_DYNFLAG}.
 *
 * <pre>
 *  zone:  0 free_space[128]  each free byte of an mbuf: the largest aligned piece it is part of; 0 taken
 *       128 free_flags u64   bits of ol_flags that are free
 *  field: 0 name[64]  64 size u64  72 align u64  80 flags u32  88 offset u64
 *  flag:  0 name[64]  64 flags u32  68 bitnum u32
 * </pre>
 */
public final class MbufDynLayout {
  public static final int FREE_SPACE = 0;
  public static final int FREE_FLAGS = 128;
  public static final int ZONE_SIZEOF = 136;

  public static final int NAME = 0;
  public static final int NAMESIZE = 64;

  public static final int FIELD_SIZE = 64;
  public static final int FIELD_ALIGN = 72;
  public static final int FIELD_FLAGS = 80;
  public static final int FIELD_OFFSET = 88;
  public static final int FIELD_SIZEOF = 96;

  public static final int FLAG_FLAGS = 64;
  public static final int FLAG_BITNUM = 68;
  public static final int FLAG_SIZEOF = 72;

  private MbufDynLayout() {}
}
