//! The vocabulary of notices and of offers: the words that error pages, checks, log-in walls, banners and advertisements
//! are made of, however they are put. News has them too, but its sentences are mostly other words, and do not speak to
//! their reader.

use std::sync::LazyLock;

use regex::Regex;

use super::phrases::expression;
use super::script::width;

/// Words of notices between spaces: English, then German, French, Spanish, Portuguese, Italian and Russian.
pub(super) const NOTICE: &str = "\
page pages webpage site website websites browser browsers cookie cookies javascript script scripts account accounts password passwords \
username login logout log signin sign signed signup register registered subscribe subscriber subscribers subscription subscriptions \
member members membership access accessing server error errors request requested requests url link reload refresh retry enable enabled \
disable disabled captcha robot robots bot bots human verify verifying verification security secure blocked denied forbidden \
unauthorized permission privacy consent preferences settings accept accepting reject decline agree continue continuing please click tap \
sorry oops whoops uh contact support administrator webmaster unavailable expired homepage redirect redirected redirecting connection \
network ip database proxy gateway browsing device ads adblock personalised personalized analytics policy terms email app install \
trial unlimited digital menu search trying again later temporarily maintenance moved removed deleted exist found unable \
checking load loading loaded timeout timed unsupported upgrade version visitors visit visiting session identity wait moment shortly \
inconvenience technical content offline suspended hosting traffic unusual automated protect protected review manage necessary \
essential optional tracking experience services partners dismiss unlock premium reader readers article articles story remaining \
limit reached newsletter inbox code enter google facebook apple forgot remember create \
seite webseite gefunden anmelden registrieren passwort konto bitte akzeptieren ablehnen zustimmen einstellungen notwendige datenschutz \
verwendet verwenden uses got find out datenschutzeinstellungen essenziell erfahrung angebot fehler zugriff verweigert abonnieren abo weiterlesen startseite \
page introuvable connexion connecter inscrire compte mot passe veuillez accepter refuser paramètres confidentialité utilisons \
erreur accès refusé abonner abonnez abonnés accueil \
página sitio encontrada encontrado iniciar sesión contraseña cuenta aceptar rechazar configuración privacidad utilizamos usamos \
acceso denegado suscríbete suscriptores inicio navegador \
senha conta aceitar recusar configurações privacidade acesso negado assine assinantes \
pagina trovata accedi accetta rifiuta impostazioni utilizziamo accesso negato abbonati \
anmeldung angemeldet einloggen verfügbar leider abonnent abonnenten zustimmung browser suche erneut später lesen weiter jetzt testen \
article abonné réservé réservée suite découvrir mois engagement connectez navigateur continuer cookies publicité préférences \
suscripción suscribirse cookies publicidad preferencias navegación configurar terceros analíticos pulsando leer error servidor \
página conteúdo exclusivo cookies publicidade preferências navegação contenuto riservato proseguire \
страница страницу страницы сайт сайта сайте браузер браузере войти вход войдите пароль логин аккаунт зарегистрироваться регистрация \
файлы принять отклонить согласие согласны настройки ошибка найдена найден удалена доступ доступа запрещен запрещён заблокирован \
подписка подписчиков подписчикам подтвердите робот проверка проверку запросы устройства устройство поддержка поддержки поддержку \
продолжить попробуйте позже недоступен недоступна сервер сервера соединение главную жаль возникли галочкой автоматические";

/// Words of offers in English.
pub(super) const OFFER: &str = "\
free buy order shop shopping sale discount discounts discounted cheap cheapest affordable price prices priced deal deals offer offers \
save shipping delivery guarantee guaranteed warranty bonus bonuses win winner winners prize prizes jackpot casino casinos slots bet betting bets \
loan loans cash approval approved instant instantly apply best quality wholesale limited hurry today tonight now call click join tap \
whatsapp telegram miracle pills pill weight natural proven results seo ranking rankings backlinks followers likes earn earning \
income investment investments profit profits singles dating hot package packages quote consultation experts \
expert professional premium exclusive special amazing unbeatable satisfaction customers replica luxury designer brand brands \
essay essays papers homework diploma diplomas certificate certificates visa passport passports crypto bitcoin doctors diet exercise pharma overnight bottles lbs discovered ancient root video watch ban banned bottle trading signals \
forex millionaire rich wealth secret secrets trick tricks lose fat burn cure detox supplement supplements dentist lawyer plumber \
locksmith escort massage outlet coupon coupons promo voucher vouchers clearance stock stocks";

/// Words with which a text speaks to its reader, or asks something of him.
pub(super) const ADDRESS: &str = "\
you your yours you're you've you'll please sorry oops we our us bitte sie ihre ihr wir veuillez vous votre nous usted su tu por favor você seu sua \
nosotros utilizamos usamos utilisons verwendet verwenden вы вам вас ваш вашего вашей ваши мы нам пожалуйста";

/// Words of notices in Chinese, Japanese and Korean.
const NOTICE_EASTERN: &str = "\
页面|网页|頁面|網頁|网站|網站|本站|站点|浏览器|瀏覽器|访问|訪問|存取|造訪|登录|登錄|登入|登陆|注册|註冊|账号|帐号|帳號|账户|帳戶|密码|密碼|用户名|使用者|\
验证码|驗證碼|验证|驗證|会员|會員|订阅|訂閱|付费|付費|解锁|解鎖|开通|開通|试读|試閱|剩余|全文|阅读全文|客服|管理员|管理員|站长|链接|連結|鏈接|网址|網址|地址|首页|首頁|主页|返回|回到|跳转|跳轉|\
抱歉|对不起|對不起|很遗憾|稍后|稍後|稍候|重试|重試|再试|再試|错误|錯誤|出错|异常|異常|失败|失敗|失效|过期|過期|不存在|找不到|未找到|无法|無法|不支持|不支援|服务器|伺服器|系统|系統|维护|維護|升级|升級|网络|網路|連線|连接|超时|逾時|\
权限|權限|拒绝|拒絕|禁止|限制|屏蔽|封锁|封鎖|频繁|頻繁|检测到|偵測到|安全|人机|机器人|機器人|滑块|滑塊|拖动|拖動|拼图|拼圖|点击|點擊|点選|點選|刷新|重新整理|重新|载入|載入|加载|启用|啟用|开启|開啟|关闭|關閉|禁用|脚本|功能|设置|設置|設定|偏好|\
cookie|cookies|javascript|app|隐私|隱私|同意|接受|全部接受|允许|允許|仅限|必要|政策|条款|條款|协议|協議|数据|资料|資料|个性化|個人化|广告|廣告|体验|體驗|分析|收集|使用|继续|繼續|浏览|瀏覽|下载|下載|扫码|掃碼|客户端|手机号|手機號碼|短信|微信|一键|立即|请您|请先|請先|請您|请输入|請輸入|获取|取得|提交|确认|確認|取消|忘记|忘記|记住我|记住|自动|自動|内容|內容|文章|已被|删除|刪除|移除|下架|请求|請求|查看|显示|顯示|暂时|暫時|正在|停用|暂停|暫停|主机|主機|防火墙|防火牆|防护|防護|触发|觸發|检视|檢視|不便|见谅|見諒|谅解|諒解|編號|编号|电子邮件|電子郵件|訂閱|訂戶|订户|數位版|数字版|免費|免费|畅读|暢讀|隨時|随时|影片|视频|視頻|播放|版權|版权|地區|地区|上一頁|上一页|加入|收藏|追踪|追蹤|留言|到期|续费|續費|联系|聯絡|聯繫|技术支持|\
ページ|サイト|ログイン|パスワード|会員|登録|クッキー|同意|拒否|エラー|アクセス|認証|ロボット|セキュリティ|サーバー|メンテナンス|有料|続き|購読|記事|ブラウザ|設定|利用|確認|お試し|入力|メールアドレス|見つかりません|存在しない|トップ|削除|移動|無効|しばらく|再度|お問い合わせ|プライバシー|広告|\
페이지|사이트|로그인|비밀번호|아이디|회원|가입|쿠키|동의|거부|오류|접속|접근|차단|확인|인증|로봇|보안|서버|점검|이용|서비스|구독|기사|무료|결제|브라우저|설정|삭제|이동|찾을 수|존재하지|입력|잠시|다시|시도|홈으로|고객센터|개인정보|광고";

/// Words of offers in these.
const OFFER_EASTERN: &str = "\
优惠|優惠|特价|特價|免费|免費|咨询|諮詢|加盟|代理|招商|正品|包邮|秒杀|折扣|折起|低价|低價|厂家|廠家|直销|直銷|批发|批發|货到付款|貨到付款|热线|熱線|专线|加微|微信|薇信|客服|领取|領取|红包|紅包|赠送|贈送|礼品|禮品|好礼|抢购|搶購|限时|限時|名额|名額|仅限|从速|\
上门|隨叫|随叫随到|快速|办理|辦理|代办|代辦|贷款|貸款|借款|借钱|借錢|用钱|急用|额度|額度|利息|征信|放款|到账|下款|抵押|担保|擔保|当天|當天|当日|秒批|黑户|兼职|兼職|日结|日領|赚钱|賺錢|月入|日入|轻松|輕鬆|在家|回报|回報|稳赚|穩賺|保本|高收益|内幕|牛股|荐股|带单|\
彩票|博彩|投注|下注|娱乐城|娛樂城|百家乐|百家樂|棋牌|真人|荷官|体育投注|电子游戏|充值|儲值|返水|返利|首充|首存|彩金|开户|開戶|提现|提款|送现金|注册送|註冊送|平台|信誉|信譽|官网|官網|\
减肥|減肥|瘦身|美白|祛斑|丰胸|豐胸|壮阳|壯陽|疗效|療效|疗程|療程|根治|祖传|祖傳|秘方|保健|纯天然|純天然|无副作用|無副作用|见效|見效|药到病除|不反弹|一盒|\
代写|代寫|论文|发票|發票|证件|刻章|办证|辦證|学历|學歷|文凭|文憑|包过|包過|保过|真实可查|搬家|开锁|開鎖|疏通|维修|回收|高价|高價|服务|专业|專業|团队|一条龙|一站式|首选|首選|最好|最佳|第一品牌|值得信赖|欢迎|歡迎|来电|來電|选购|選購|订购|訂購|下单|下單|点击|點擊|立即|马上|馬上|赶快|赶紧|机会|錯過|错过|好消息|本店|全场|全場|清仓|清倉|甩卖|精美|联系|聯絡|聯繫|电话|電話|质优价廉|价格|價格|品质|品質|保证|保證|老品牌|放心|火爆|热销|熱銷|爆款|新款|同款|尾货|\
月息|流水|审批|審批|白户|下户|威信|加经理|經驗|经验|不限|学历|學歷|時薪|时薪|日薪|現金|现金|誠徵|诚招|诚聘|意者|寶媽|宝妈|學生|学生|加賴|加line|詢問|询问|動動手|商机|赔率|盘口|福利|患者|康复|康復|复发|復發|不复发|忌口|神药|神藥|血糖|血压|专家|專家|名医|老中医|套餐|仅限今天|只要|月瘦|\
無料|限定|今だけ|激安|送料|お得|稼げる|副業|簡単|即日|審査|融資|儲かる|\
카지노|바카라|토토|슬롯|먹튀|첫충|매충|놀이터|베팅|배팅|환전|입금|출금|입출금|추천|검증|메이저|코드|대출|무료|할인|이벤트|최저가|사은품|당일|상담|문의|보증";

/// With which such a text speaks to its reader, or asks something of him.
const ADDRESS_EASTERN: &str = "您|你|请(?:输入|先|稍|您|勿|重|检|确|在|使|完|点|登|联|刷|拖|通|开|升|允|进)|請|抱歉|对不起|對不起|我们|我們|本站|本店|欢迎|歡迎|立即|马上|馬上|赶快|赶紧|ください|お客様|お客さま|주세요|고객님|귀하|하세요";

static NOTICES: LazyLock<Regex> = LazyLock::new(|| expression(NOTICE_EASTERN));
static OFFERS: LazyLock<Regex> = LazyLock::new(|| expression(OFFER_EASTERN));
static ADDRESSES: LazyLock<Regex> = LazyLock::new(|| expression(ADDRESS_EASTERN));

/// What of a text is vocabulary of one kind: words or columns of it, of all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Vocabulary {
    pub notice: (u64, u64),
    pub offer: (u64, u64),
    /// Whether it speaks to its reader.
    pub is_addressed: bool,
}

impl Vocabulary {
    /// That of a text in lower case in a script of East Asia, by columns.
    pub(super) fn of_eastern(lower: &str) -> Self {
        let part = |words: &Regex| words.find_iter(lower).map(|found| width(found.as_str())).sum();
        let whole = lower.lines().map(|line| width(line.trim())).sum();
        Self {
            notice: (part(&NOTICES), whole),
            offer: (part(&OFFERS), whole),
            is_addressed: is_exclaimed(lower) || ADDRESSES.is_match(lower),
        }
    }
}

/// Whether a text has exclamation marks, which hardly any news has.
pub(super) fn is_exclaimed(text: &str) -> bool {
    text.contains(['!', '！'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notices_and_offers_are_made_of_their_words() {
        for (text, least_notice, least_offer, is_addressed) in [
            ("您所访问的网页已经飞走啦\n3秒后带您回到主页", 250, 0, true),
            ("请拖动左侧滑块完成上方拼图\n为保证您的正常访问，请进行验证", 250, 0, true),
            ("急用钱找我们！凭身份证即可办理，额度高，利息低，当天拿钱，不看征信", 0, 250, true),
        ] {
            let vocabulary = Vocabulary::of_eastern(text);
            let share = |(part, whole): (u64, u64)| part * 1000 / whole;
            assert!(share(vocabulary.notice) >= least_notice, "{text}: {vocabulary:?}");
            assert!(share(vocabulary.offer) >= least_offer, "{text}: {vocabulary:?}");
            assert_eq!(vocabulary.is_addressed, is_addressed, "{text}");
        }
        let news = Vocabulary::of_eastern("今日凌晨，西山隧道内两车追尾，无人员伤亡，七时许恢复通行。");
        assert_eq!((news.notice.0, news.offer.0, news.is_addressed), (0, 0, false));
    }
}
