import { theme as antd, type ThemeConfig } from 'antd'
import { fontFamily } from './fonts'

const LIGHT: ThemeConfig['token'] = {
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
}

const DARK: ThemeConfig['token'] = {
  colorPrimary: '#3d82e6',
  colorError: '#ff8178',
  colorLink: '#6ea8ff',
  colorText: '#e4e7eb',
  colorTextSecondary: '#a4aebb',
  colorTextDescription: '#a4aebb',
  colorTextPlaceholder: '#929dab',
  colorTextTertiary: '#9aa5b3',
  colorBorder: '#4b5563',
  colorSplit: '#343b45',
  colorBgBase: '#14171b',
  colorBgLayout: '#14171b',
  colorBgContainer: '#1c2025',
  colorBgElevated: '#242930',
}

/** Compact density on 14 px text, one accent colour, shadows on overlays only. */
function themeOf(isDark: boolean): ThemeConfig {
  return {
    algorithm: isDark ? antd.darkAlgorithm : antd.defaultAlgorithm,
    token: {
      fontFamily,
      fontSize: 14,
      lineHeight: 1.5714,
      controlHeight: 30,
      controlHeightSM: 24,
      borderRadius: 4,
      wireframe: false,
      motionDurationMid: '0.1s',
      motionDurationSlow: '0.15s',
      ...(isDark ? DARK : LIGHT),
    },
    components: {
      // White on the light red of the dark theme cannot be read.
      Button: { ...(isDark ? { dangerColor: '#2a0d0c' } : {}), primaryShadow: 'none', defaultShadow: 'none', dangerShadow: 'none', paddingInline: 12 },
      Modal: { titleFontSize: 16 },
      Alert: { withDescriptionPadding: '8px 12px', withDescriptionIconSize: 16, defaultPadding: '6px 12px' },
    },
  }
}

export const themes = { light: themeOf(false), dark: themeOf(true) }
