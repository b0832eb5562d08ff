import type { ThemeConfig } from 'antd'

export const fontFamily = '-apple-system, "Segoe UI", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif'

/** Compact density on 14 px text, one accent colour, shadows on overlays only. */
export const theme: ThemeConfig = {
  token: {
    fontFamily,
    fontSize: 14,
    lineHeight: 1.5714,
    controlHeight: 30,
    controlHeightSM: 24,
    borderRadius: 4,
    colorPrimary: '#1d5fc2',
    colorError: '#c62828',
    colorLink: '#1d5fc2',
    colorTextSecondary: '#55606e',
    colorTextDescription: '#55606e',
    colorTextPlaceholder: '#6e7887',
    colorTextTertiary: '#66707d',
    colorBorder: '#c9d0d9',
    colorSplit: '#e6e9ee',
    colorBgLayout: '#f5f6f8',
    wireframe: false,
    motionDurationMid: '0.1s',
    motionDurationSlow: '0.15s',
  },
  components: {
    Button: { primaryShadow: 'none', defaultShadow: 'none', dangerShadow: 'none', paddingInline: 12 },
    Modal: { titleFontSize: 16 },
    Alert: { withDescriptionPadding: '8px 12px', withDescriptionIconSize: 16, defaultPadding: '6px 12px' },
  },
}
