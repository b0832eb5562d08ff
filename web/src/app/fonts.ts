/** The fonts of the system; canvas is told by name. */
export const fontFamily = '-apple-system, "Segoe UI", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif'
