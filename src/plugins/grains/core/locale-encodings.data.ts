/**
 * Encodings of locales whose name has none (`cs_CZ`), where it is not ISO8859-1.
 *
 * Source: observed, Python 3.11 `locale.normalize`.
 */
export const LOCALE_ENCODINGS: Readonly<Record<string, string>> = {
  CP1251: 'be_BY bg_BG',
  CP1255: 'yi_US',
  CP1256: 'ur_PK',
  GB2312: 'zh_SG',
  'GEORGIAN-ACADEMY': 'ka_GE',
  'ISCII-DEV': 'hi_IN',
  'ISO8859-10': 'lg_UG',
  'ISO8859-11': 'th_TH',
  'ISO8859-13': 'lt_LT lv_LV',
  'ISO8859-15': 'an_ES ast_ES et_EE fi_FI mg_MG nso_ZA tn_ZA',
  'ISO8859-2': 'bs_BA cs_CZ hr_HR hsb_DE hu_HU pl_PL ro_RO sh_HR sk_SK sl_CS sl_SI sq_AL',
  'ISO8859-3': 'eo_EO eo_XX mt_MT',
  'ISO8859-4': 'ee_EE',
  'ISO8859-5': 'mk_MK',
  'ISO8859-6': 'ar_AA ar_AE ar_BH ar_DZ ar_EG ar_IQ ar_JO ar_KW ar_LB ar_LY ar_MA ar_OM ar_QA ar_SA ar_SD ar_SY ar_TN '
    + 'ar_YE',
  'ISO8859-7': 'el_CY el_GR',
  'ISO8859-8': 'he_IL',
  'ISO8859-9': 'ku_TR tr_CY tr_TR',
  'ISO8859-9E': 'az_AZ',
  'KOI8-C': 'tg_TJ',
  'KOI8-U': 'ru_UA uk_UA',
  'MULELAO-1': 'lo_LA',
  'NUNACOM-8': 'iu_CA',
  'TATAR-CYR': 'tt_RU',
  TCVN: 'vi_VN',
  'TSCII-0': 'ta_IN',
  'UTF-8': 'aa_ER aa_ET agr_PE ak_GH am_ET anp_IN ar_IN ar_SS as_IN ayc_PE az_IR bem_ZM ber_DZ ber_MA bho_IN bho_NP '
    + 'bi_VU bn_BD bn_IN bo_CN bo_IN brx_IN byn_ER ce_RU chr_US ckb_IQ cmn_TW crh_UA csb_PL cv_RU doi_IN dv_MV dz_BT '
    + 'en_AG en_IL en_NG en_ZM es_CU fa_IR ff_SN fil_PH fur_IT fy_DE fy_NL gez_ER gez_ET gu_IN ha_NG hak_TW hif_FJ '
    + 'hne_IN ht_HT hy_AM ia_FR ig_NG ik_CA kab_DZ km_KH kn_IN kok_IN ks_IN ky_KG lb_LU li_BE li_NL lij_IT ln_CD lzh_TW '
    + 'mag_IN mai_IN mai_NP mfe_MU mhr_RU miq_NI mjw_IN ml_IN mn_MN mni_IN mr_IN my_MM nan_TW nds_DE nds_NL ne_NP nhn_MX '
    + 'niu_NU niu_NZ nl_AW om_ET or_IN os_RU pa_IN pa_PK pap_AN pap_AW pap_CW ps_AF quz_PE raj_IN ru_RU sa_IN sat_IN '
    + 'sc_IT sd_IN sd_PK se_NO sgs_LT shn_MM shs_CA si_LK sid_ET sm_WS so_ET sq_MK sr_CS sr_ME sr_RS sw_KE sw_TZ szl_PL '
    + 'ta_LK te_IN the_NP ti_ER ti_ET tig_ER tk_TM to_TO tpi_PG ug_CN unm_US ur_IN uz_UZ ve_ZA wae_CH wal_ET wo_SN yo_NG '
    + 'yue_HK yuw_PG',
  big5: 'zh_TW',
  big5hkscs: 'zh_HK',
  eucJP: 'ja_JP',
  eucKR: 'ko_KR',
  gb2312: 'zh_CN',
  ptcp154: 'kk_KZ',
};
