//! What notices and advertisements say: pages that are not there, checks of readers, log-in walls, banners about cookies,
//! and offers. News speaks of such things too, but does not consist of their phrases: the share of the text that is
//! such phrases is what counts, and how many different ones there are.
//!
//! The phrases are those of the trade in general (status pages of HTTP servers, log-in forms, consent banners, small
//! advertisements), put as patterns, so that one pattern is many phrasings. Patterns and texts are in lower case.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::{Regex, RegexSet, RegexSetBuilder};

use super::lines::{self, STOPS};
use super::script::width;
use crate::units::count;

/// Notices in Chinese.
const NOTICES_CHINESE: &[&str] = &[
    r"(?:您|你)?(?:要|所|正在|想要)?(?:访问|查看|请求|浏览|查找|打开|寻找)的(?:页面|网页|内容|文章|地址|资源|帖子|链接|网站)",
    r"(?:页面|网页|网站|内容|文章|帖子|链接|地址|网址|頁面|網頁)[^，。！；：\n]{0,8}(?:不存在|找不到|未找到|走丢|丢失|丢了|失效|过期|无法访问|无法显示|打不开|删除|下架|移除|有误|是否正确|不見)",
    r"(?:无法|不能|没法|無法|找不)(?:找到|显示|打开|访问|加载|顯示|開啟|到)(?:该|此|这个|您)?[^，。\n]{0,4}(?:页面?|网页|頁面?|網頁)",
    r"(?:返回|回到|转到)(?:首页|上一?页|主页|上一级|首頁|上一頁|网站首页)|\d+ ?秒后?(?:自动)?(?:跳转|返回)|自动(?:跳转|返回)|(?:检查|确认)(?:您|你)?[^，。\n]{0,4}(?:网址|网络环境|网络连接|网络设置)",
    r"(?:服务器?|系统|网络|网站|站点|数据库|页面|伺服器|系統)(?:暂时|正在|内部|连接|请求)?(?:繁忙|错误|异常|维护|出错|开小差|故障|升级中?|超时|忙碌|錯誤|維護|提示)",
    r"请?稍[后後](?:再试|重试|再访问|再來|再試|访问)|请稍[后候等]|請稍[後候]|刷新(?:页面|重试|一下|试试)|(?:页面)?(?:正在)?加载中|正在加载",
    r"(?:访问|操作|请求|登录)(?:过于|太)?(?:频繁|受限|被拒绝?|异常|验证)|异常(?:请求|访问|流量)|拒绝访问|(?:没有|无)(?:访问)?权限?(?:访问|查看|浏览)|权限不足",
    r"(?:安全|人机|访问|身份|登录|滑块|点击)验证|验证码|驗證碼|(?:完成|通过|进行)[^，。\n]{0,6}验证|滑动(?:完成|滑块|到)|拖动(?:滑块|下方)|向右滑动|完成拼图|图片中的(?:字符|文字|数字)|看不清|换一[张个]|(?:不是|非)机器人|继续访问|继续操作",
    r"(?:请求|错误|事件|追踪)(?:编号|代码|码|id)|语法错误|错误 '[0-9a-f]+'",
    r"(?:启用|开启|支持|禁用|打开)[^，。\n]{0,4}javascript|浏览器(?:版本)?(?:过低|设置|不支持|支持)|升级[^，。\n]{0,4}浏览器",
    r"(?:请先?|尚?未|还没有?|没有|立即|扫码|一键|快速|自动|微信|短信|用户|会员|账号|密码|手机号?|第三方(?:账号)?|其[他它]方式|請先?|會員)登[录陆錄入]|登[录陆錄入]后?後?(?:查看|可|才|继续|阅读|方可|享|体验|观看|即可)|登[录陆]即(?:代表|表示)|登录超时",
    r"用户名|账号[/／或]|(?:输入|找回|忘记|记住)?密码|忘記密碼|记住我|(?:免费|立即|快速|用户|会员|新用户|免費)注[册冊]|注册(?:账号|会员|新用户)|没有账号|(?:使用|通过)[^，。\n]{0,6}账号",
    r"(?:用户|服务|会员|隐私|使用|隱私權?|服務)(?:服务|权|使用)?(?:协议|政策|条款|声明|條款)",
    r"付费(?:内容|阅读|文章|后)|订阅后|(?:开通|成为|加入|已是|续费)(?:会员|vip)|会员(?:专享|可见|独享)|试读(?:结束|部分)?|剩余[^，。\n]{0,6}(?:内容|付费)|每月仅需|解锁全文",
    r"(?:使用|接受|拒绝|管理|必要|关闭|同意|启用|允许)[^，。\n]{0,6}cookies?|cookies? ?(?:政策|设置|偏好|等技术|声明|收集|信息|技术)",
    r"(?:全部|一律)(?:接受|同意|拒绝)|(?:接受|同意|拒绝|允许)(?:所有|全部|并继续|并关闭)|仅(?:限)?必要|(?:重视|尊重|保护)(?:您|你)的隐私|(?:个性化|定向)(?:内容|广告)|(?:浏览|用户|使用)体验|合作伙伴|更多选项|自定义设置|设备上的信息|收集信息",
    r"继续(?:浏览|使用|访问)(?:本|我们|该)?(?:网站|站)?|(?:即|就|则)?(?:表示|代表|视为)(?:您|你)(?:已)?(?:阅读并)?同意|(?:本|我们的?)(?:网站|站)(?:会)?使用",
];

/// Notices in English.
const NOTICES_ENGLISH: &[&str] = &[
    r"(?:page|content|resource|url|link|article|file|requested|site)(?-u:\b)[^.!?\n]{0,40}(?:not found|(?:not|n['’]t) exist|(?:not|n['’]t) be found|not available|unavailable|moved|removed|deleted|no longer (?:available|exists?)|name changed)",
    r"(?:page|article|content|resource) (?:that )?you(?:['’]re|['’]ve| are| were| have)? ?(?:looking for|requested|trying to \w+)",
    r"(?:error )?(?:40[0134]|410|50[0234])(?: error|[ :–-]+(?:page )?(?:not found|forbidden|unauthorized|bad gateway|service|internal|gateway)[\w ]*)|error (?:40[0134]|410|50[0234])|not found|can(?:not|['’]t| not) find",
    r"(?:go|return|back|take me)(?: back)? (?:to )?(?:the |our )?(?:home ?page|home|main page|previous page)|search our site|broken link|check the (?:url|address|spelling|link)|typed the (?:url|address)",
    r"access (?:to [^.\n]{0,40})?(?:is |has been |was )?(?:denied|blocked|restricted|forbidden)|permission to (?:access|view)|forbidden|unauthorized|(?:on|from) this server|reference #",
    r"(?:please )?(?:try|check|come|be) (?:again|back) (?:later|soon|in a)|temporarily (?:unavailable|unable|down)|(?:under|due to|scheduled|down for) (?:scheduled )?maintenance|bad gateway|internal server error|service (?:temporarily )?unavailable|gateway time-?out|capacity problems|something went wrong|site administrator|contact (?:the )?(?:administrator|webmaster|support)|error code",
    r"(?:please )?(?:enable|turn on|allow|requires?|disabled?)[^.\n]{0,10}(?:javascript|cookies)|javascript (?:is |has been )?(?:disabled|required|not enabled)|(?:we )?use javascript|(?:reload|refresh) (?:the|this) page|your browser",
    r"(?:checking|verify|verifying|prove|proves|confirm|ensure)[^.\n]{0,24}(?:human|robot|browser|connection|secure)|(?:not|are) (?:you )?a robot|captcha|security (?:check|service|verification|solution)|unusual (?:traffic|activity)|ray id|ddos|cloudflare|automated (?:access|requests|queries|abuse)|just a moment|please wait|(?:redirect(?:ed|ing)?)(?-u:\b)|web property|one more step|this process is automatic|allow up to",
    r"(?:log|sign)[ -]?(?:in|up|on) (?:to|with|for|here|now|below)|(?:please|to|must|need to) (?:log|sign) ?in|^(?:log|sign)[ -]?(?:in|up)$|forgot(?:ten)?(?: your| my)? ?(?:password|username)\??|remember me|keep me (?:logged|signed) in|(?:create|have|need|register) an? (?:free |new )?account|already (?:have|a|an) [^.\n]{0,14}(?:account|subscriber|member)|new (?:here|user|customer)|^(?:user ?name|password|e-?mail(?: address)?)(?-u:\b)|(?:continue|sign in|log in) with (?:google|facebook|apple|email)",
    r"subscri(?:be|ption|bers?)[^.\n]{0,20}(?:now|today|only|continue|unlimited|access|required)|unlimited (?:digital )?access|(?:free|remaining) (?:articles?|stor(?:y|ies))|limit of [^.\n]{0,14}articles|cancel any ?time|to (?:continue|keep) reading|(?:start|begin)[^.\n]{0,12}(?:free )?trial|subscribe to (?:read|continue)",
    r"(?:uses?|using|use of|set|accept|reject|manage|essential|necessary|additional|performance|functional|targeting|advertising|analytics|third[- ]party|optional|view|our|with|these|of) (?:[a-z]+ )?cookies|cookies? (?:policy|settings|preferences|notice|consent|banner|on this|to [a-z]+|and similar|are)",
    r"(?:accept|reject|allow|decline|deny|refuse)(?: and (?:close|continue))?(?: all)?(?: cookies)?$|(?:accept|reject|allow|decline|deny) all|(?:manage|save|customi[sz]e|update)(?: my| your)? (?:preferences|options|choices|settings)|save and (?:close|exit|continue)|(?:privacy|legal) (?:policy|notice|statement|center)|terms (?:of|and|&) (?:service|use|conditions)|(?:values?|respect|about) your privacy|your (?:privacy|consent|choices|device|data(?-u:\b))",
    r"legitimate interest|personal data|personali[sz]ed (?:ads|content|advertising)|(?:our|its) (?:\d+ )?partners|by (?:clicking|continuing|using (?:this|our))|you (?:agree|consent|accept)|on (?:your|a) device|(?:best|browsing|user|better|possible) experience|always active|withdraw|strictly necessary|measure performance|improve (?:our )?services|remember your settings",
];

/// Notices in Japanese, Korean and Thai.
const NOTICES_OTHER: &[&str] = &[
    r"(?:お探しの)?ページ(?:は|が)(?:見つかり|存在し|削除)|お探しのページ|トップページ?(?:へ|に)戻る|urlをご?確認|ログイン(?:して|が必要|する)|パスワードを(?:お?忘れ|入力)|新規会員登録|(?:cookie|クッキー)(?:を|の)(?:使用|利用|同意)|同意する|すべて(?:受け入れ|許可|拒否)|しばらく(?:経って|して)から|アクセス(?:が拒否|できません|権)|有料会員|続きを読むには",
    r"페이지를 찾을 수 없|존재하지 않(?:는|습니다)|로그인(?:이 필요|해 주세요| 후)|비밀번호|아이디(?: 찾기|/)|회원가입|쿠키를? 사용|모두 (?:동의|허용|거부)|잠시 후 다시|홈으로|메인으로|주소를 (?:다시 )?확인|접근(?:이 거부| 권한)|구독(?:하고|자)|점검 중",
    r"ไม่พบหน้า|ไม่มีหน้า|เข้าสู่ระบบ|รหัสผ่าน|คุกกี้|ยอมรับทั้งหมด|กลับ(?:ไป)?หน้าแรก|ลองใหม่อีกครั้ง|สมัครสมาชิก",
];

/// Offers in Chinese.
const OFFERS_CHINESE: &[&str] = &[
    r"加[^，。！\n]{0,4}(?:微信|qq|客服|v信|vx)|(?:微信|qq|电话|手机)同(?:号|步)|(?:扫码|长按)(?:扫码|识别|添加|加|领取)?|(?:添加|联系|咨询)(?:客服|微信|专家)|(?:在线|免费|欢迎|来电|点击|电话)(?:咨询|领取|订购|抢购|了解)|欢迎(?:来电|选购|加盟|致电|新老)|(?:咨询|服务|订购|联系|加盟|订票|免费)(?:电话|热线|专线|方式)|一对一|私信(?:我|领取)",
    r"(?:限时|限量|仅限|名额|先到|机不可失|数量有限|今日|马上|立即|立刻|赶紧|火速)(?:优惠|特价|抢购|领取|有限|先得|下单|发售|加入|行动|报名|[一二三四五六七八九十百\d]+[套件名位份])?|(?:下单|立)(?:立)?减|包邮|(?:买|满)[一二三四五六七八九十\d]+送[一二三四五六七八九十\d]*|再送|大礼包|优惠券|折扣码|价格优惠|量大[从优惠]*|长期有效",
    r"货到付款|厂家(?:直销|批发|直供)|工厂直营|一手(?:货源|渠道|资源)|诚(?:招代理|信合作|信经营)|(?:代理|加盟)(?:加盟|招商|热线)|全国(?:包邮|连锁|统一)|全市连锁|保密(?:发货|配送)|官方正品|正品保[证障]|假一(?:罚|赔)[一二三四五六七八九十百\d]+|保真|质优价廉|无效(?:全额)?退[款钱]|不满意退",
    r"[一二两三四五六七八九十\d]+(?:天|分钟|小时|周|个?疗程)(?:见效|美白|瘦|去|祛|到账|下款|上门|下证|速|根治|包)[^，。！\n]{0,4}|立竿见影|药到病除|根治|祖传|秘方|疗程|无(?:任何)?副作用|纯(?:植物|天然)|老中医|(?:男人|女人|男性|女性)必看|震惊",
    r"(?:月|日|年|天天?)(?:入|赚)[^，。！\n]{0,3}[万千百\d]|日结|躺赚|稳赚|轻松(?:赚|月入|日赚)|在家(?:赚|就能)|兼职|宝妈|(?:无需|不收|免)(?:押金|费用|经验)|不收费|不成功不|先[^，。！\n]{1,4}后付款?|手机(?:即可|操作)[^，。！\n]{0,2}|(?:零|无|0)(?:投入|风险|门槛|抵押|担保|首付)|高(?:额)?回报|保本|稳定收益|不是梦",
    r"内部消息|内幕|(?:黑马|牛)股|荐股|(?:涨停|翻倍)(?:股|牛|机会)|(?:老师|专家)(?:带|指导|在线)[^，。！\n]{0,4}|跟单|实力群|(?:免费)?[进入]群|转发[^，。！\n]{0,6}群",
    r"代(?:办|开|考|写|孕|还|刷|发)|包(?:过|下证|办|通过)|(?:快速|加急)(?:办理|下款|贷款|出证)|无抵押|(?:秒|极速)(?:到账|批|下款)|信用卡(?:套现|代还|提额)|刷(?:单|信誉|钻)|返利|(?:办|刻)(?:证|章)|(?:各类|各种|代开|可开)[^，。！\n]{0,4}发票|贷款(?:秒批|公司|咨询)",
    r"注册(?:就)?送|送彩金|首存|彩金|(?:在线)?(?:投注|博彩|下注)|娱乐(?:城|平台)|真人(?:视讯|荷官|娱乐)?|百家乐|棋牌|时时彩|六合彩|外围|提现|(?:在线|免费)观看|高清无码|爆率|充值",
    r"哪家(?:好|强|便宜)|多少钱|价格表|收费标准|怎么(?:收费|办理)|24小时(?:服务|上门|在线|热线)|(?:上门|就近)(?:服务|派车)|随叫随到|专业团队|[一二三四五六七八九十\d]+年(?:行业)?经验|首选|老品牌|排名第一|成千上万|共同选择|百分(?:之)?百|100%|(?:全网|史上|最)(?:低价|便宜)|低价出售|(?:您|你)[^，。！\n]{0,6}的(?:最佳|不二)选择|更多详情",
];

/// Offers in English.
const OFFERS_ENGLISH: &[&str] = &[
    r"(?:buy|order|shop|call|act|apply|join|register|sign up|book|download|subscribe|enroll|enrol|start)(?: [a-z]+)? (?:now|today|fast|here|online)|click (?:here|the link|below|on the link|again|link)|click [^.!?\n]{0,14}(?:now|here)",
    r"(?:buy )?(?:cheap(?:est)?|discount(?:ed)?|affordable|wholesale|replica)(?-u:\b)(?: [a-z]+)?|(?:best|lowest|low|great|unbeatable|special)(?: online)? (?:price|prices|offer|offers|deal|deals|quality|services?)|free (?:shipping|delivery|gift|bonus|spins|trial|quote|consultation|estimate|sample)|ship(?:ping|ped)? worldwide|worldwide shipping|\d+ ?% (?:off|discount|free|guaranteed|natural|safe|money)|(?:get|save|up to)[^.!?\n]{0,12}\d+ ?%",
    r"limited(?:[ -]time)?(?: only| offer| stock)?|(?:offer|sale|deal) (?:ends|expires|valid)[^.!?\n]{0,8}|(?:special|exclusive) offer|hurry|do(?:n['’]t| not) miss(?: out)?|while (?:supplies|stocks?) last|(?:spots?|seats?|places?) (?:left|remaining|available)|one (?:bottle )?free|buy one get one",
    r"claim (?:your|my)[^.!?\n]{0,16}|(?:promo|coupon|bonus|discount) codes?|(?:free )?bonus|risk[ -]free|money[ -]back(?: guarantee)?|satisfaction guaranteed|guaranteed?(?-u:\b)|absolutely free|no (?:credit check|deposit|experience|obligation|prescription|purchase|diet|exercise|risk|hidden)(?: [a-z]+)?",
    r"(?:work|earn|money|cash|income|\d)[^.!?\n]{0,14}from home|(?:make|earn)[^.!?\n]{0,6}(?:\$|money|cash|thousands)[\d,]*|extra (?:income|cash)|passive income|financial freedom|get rich|\$[\d,]+ (?:a|per) (?:week|day|month|hour)|double your|(?:simple|weird|one) trick|do(?:n['’]t| not) want you to know|secret (?:to|of|that)",
    r"lose (?:weight|\d+)|weight[ -]loss|burn(?:s)? fat|all[ -]natural|miracle|pills?(?-u:\b)|viagra|cialis|pharmacy|(?:online |real money )?casinos?|slots?(?-u:\b)|jackpot|sports? ?bett?ing|payday loans?|instant (?:approval|cash)|outlet(?: store)?|handbags?|essay writing|(?:write|do) my (?:essay|homework|paper)|plagiarism[ -]free|top[ -]rated|seo (?:services?|expert)|backlinks|(?:instagram|tiktok|real) followers",
    r"enter your[^.!?\n]{0,16}|verify your[^.!?\n]{0,10}|congratulations|you(?:['’]ve| have)? (?:been selected|won|been chosen)|(?:gift cards?|your prize)|dear (?:friend|customer|winner)|whatsapp|telegram|contact us(?: now| today)?|(?:dream|perfect) body|years? of experience|24/7|24 hours?",
];

/// Who says a thing, and that it is told: news has it, and notices and offers hardly ever do.
const ATTRIBUTION: &str = r"记者|警方|据悉|回应|致歉|，称|称，|昨[日晚天]|近日|日前|通报|报道|获悉|獲悉|表示|公布|宣布|提醒|部门|介绍说|發布|報導|記者|(?-u:\b)(?:said|says|police|according to|report(?:ed|s)|officials?|spokes\w+|announced)(?-u:\b)";

/// A link to the rest of a text, at its end.
const MORE: &str = r"(?:点击|點擊|点此|请)?(?:阅读全文|阅读原文|查看全文|查看更多|阅读更多|点击查看|点击阅读|展开全文|继续阅读|查看详情|全文阅读|更多内容|[\[［【(（]?(?:全文|详情|详细|更多)[\]］】)）]?|閱讀全文|繼續閱讀|閱讀更多|全文を読む|続きを読む|もっと見る|더보기|더 읽기|전문보기|อ่านต่อ|leer más|seguir leyendo|lire la suite|weiterlesen|mehr lesen|leia mais|continua a leggere|читать далее|подробнее|read more|continue reading|read the full (?:story|article)|full story|keep reading|more details|view more|see more|learn more|show more|more)[\s\]］】)）>»›→.…]*$";

/// Marks by which a text shows that it was cut.
const CUT: &str = r"(?:…|\.\.\.|⋯|。。。|\[\s*(?:…|\.\.\.)\s*\])[\s\]］】)）>»›→]*$";

static NOTICES: LazyLock<Patterns> =
    LazyLock::new(|| Patterns::of(&[NOTICES_CHINESE, NOTICES_ENGLISH, NOTICES_OTHER]));
static OFFERS: LazyLock<Patterns> = LazyLock::new(|| Patterns::of(&[OFFERS_CHINESE, OFFERS_ENGLISH]));
static ATTRIBUTED: LazyLock<Regex> = LazyLock::new(|| expression(ATTRIBUTION));
static LINKED_ON: LazyLock<Regex> = LazyLock::new(|| expression(MORE));
static CUT_OFF: LazyLock<Regex> = LazyLock::new(|| expression(CUT));

/// An expression of this room.
///
/// # Panics
/// Never: the expressions are valid, as tests show.
pub(super) fn expression(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a valid expression")
}

/// Expressions that are sought together: one look at a text tells which of them it holds, mostly none.
#[derive(Debug)]
struct Patterns {
    any: RegexSet,
    each: Vec<Regex>,
}

/// Bytes for the states of an automaton for all expressions of a kind, and for those it is in at a time. With less it
/// forgets states that it needs again, and is ten times as slow.
const AUTOMATON_BYTES: usize = 16 * 1024 * 1024;

impl Patterns {
    /// # Panics
    /// Never: the expressions are valid, as tests show.
    fn of(lists: &[&[&str]]) -> Self {
        let patterns: Vec<String> =
            lists.concat().into_iter().map(|pattern| format!("(?m){pattern}")).collect();
        let any = RegexSetBuilder::new(&patterns)
            .size_limit(AUTOMATON_BYTES)
            .dfa_size_limit(AUTOMATON_BYTES)
            .build()
            .expect("valid expressions");
        Self { any, each: patterns.iter().map(|pattern| expression(pattern)).collect() }
    }

    /// Where they stand in a text, some over others.
    fn find(&self, lower: &str) -> Vec<(usize, usize)> {
        let held = self.any.matches(lower);
        let spans = held.iter().flat_map(|number| self.each[number].find_iter(lower));
        let mut spans: Vec<_> = spans.map(|found| (found.start(), found.end())).collect();
        spans.sort_unstable();
        spans
    }
}

/// What of a text is phrases of one kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Phrases {
    /// Columns of all of them.
    pub width: u64,
    /// Different ones.
    pub num_different: u64,
}

impl Phrases {
    /// The phrases of notices in a text that is in lower case.
    pub(super) fn of_notices(lower: &str) -> Self {
        Self::found(&NOTICES, lower)
    }

    /// The phrases of offers in a text that is in lower case.
    pub(super) fn of_offers(lower: &str) -> Self {
        Self::found(&OFFERS, lower)
    }

    /// The phrases in a text, of which some may overlap.
    fn found(phrases: &Patterns, lower: &str) -> Self {
        let (mut found, mut different, mut end) = (Self::default(), BTreeSet::new(), 0);
        for span in phrases.find(lower) {
            found.width += width(&lower[span.0.max(end)..span.1.max(end)]);
            end = end.max(span.1);
            different.insert(&lower[span.0..span.1]);
        }
        Self { num_different: count(different.len()), ..found }
    }
}

/// Whether a text says who told it.
pub(super) fn is_attributed(lower: &str) -> bool {
    ATTRIBUTED.is_match(lower)
}

/// How a text in lower case ends that was cut: `None` if it does not show it, else whether a link leads on. The link may
/// stand on lines of its own.
pub(super) fn cut_off(lower: &str) -> Option<bool> {
    let (mut text, mut link) = (lower.trim_end(), None);
    while let Some(found) = LINKED_ON.find(text.rsplit('\n').next().unwrap_or_default()) {
        let line = text.rfind('\n').map_or(0, |end| end + 1);
        let before = &text[line..line + found.start()];
        link = Some(found.start());
        // Numbers of readers and comments may stand before the link.
        let is_counted = before.contains(char::is_numeric) && before.chars().count() <= 24;
        let is_alone = before.trim().is_empty() || is_counted && !before.contains(STOPS);
        text = text[..if is_alone { line } else { line + found.start() }].trim_end();
        if !is_alone {
            break;
        }
    }
    CUT_OFF.is_match(text.trim_end_matches([' ', '[', '［', '【', '(', '（'])).then_some(link.is_some())
}

/// Whether a text in lower case is a list of texts that were cut: of three lines and more two in five end so, or are
/// links that lead on.
pub(super) fn has_cut_lines(lower: &str) -> bool {
    let (mut num, mut num_cut, mut num_alone, mut leads_on) = (0, 0, 0, false);
    for line in lines::of(lower) {
        num += 1;
        let is_link = LINKED_ON.find(line).is_some_and(|found| found.start() == 0);
        let cut = cut_off(line).filter(|_| !is_link);
        num_alone += u64::from(is_link);
        num_cut += u64::from(cut.is_some());
        leads_on |= is_link || cut == Some(true);
    }
    num >= 3 && num_cut >= 2 && leads_on && (num_cut + num_alone) * 5 >= num * 2
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Thousandths of the text that are phrases, and how many different ones there are.
    fn share(phrases: Phrases, text: &str) -> (u64, u64) {
        (phrases.width * 1000 / width(text), phrases.num_different)
    }

    #[test]
    fn notices_consist_of_their_phrases() {
        for text in [
            "很抱歉，您要访问的页面不存在！\n返回首页",
            "访问验证\n请输入图片中的字符以继续访问\n看不清？换一张",
            "用户登录\n请输入密码\n忘记密码  免费注册",
            "我们重视您的隐私\n同意并继续\n更多选项",
            "Access denied\nYou do not have permission to access this page.",
            "Sign in to continue\nPassword\nForgot password?",
            "We use cookies to improve your experience.\nAccept all\nReject all",
            "お探しのページは見つかりません。\nトップページへ戻る",
            "페이지를 찾을 수 없습니다.\n홈으로",
        ] {
            let (share, num_different) = share(Phrases::of_notices(&text.to_lowercase()), text);
            assert!(share >= 300 && num_different >= 2, "{text}: {share} {num_different}");
        }
        let news = "监管机构周二宣布，将对违反规则的网站处以罚款。许多网站的弹窗没有给用户同等的选项，隐私政策也写得含糊。被点名的一家公司称，将在三十天内修改设置。";
        let (share, _) = share(Phrases::of_notices(news), news);
        assert!(share < 120, "{share}");
    }

    #[test]
    fn offers_consist_of_their_phrases() {
        for text in [
            "低价出售各类发票，先验后付，保真，长期有效，量大优惠",
            "厂家直销，货到付款，无效退款，今日下单立减两百元",
            "Click here to claim your prize now. Limited time only. No purchase necessary!",
        ] {
            let (share, num_different) = share(Phrases::of_offers(&text.to_lowercase()), text);
            assert!(share >= 400 && num_different >= 3, "{text}: {share} {num_different}");
        }
        let news = "Retail sales rose 0.3 percent in May, the department said. Restaurants and bars gained 0.7 percent.";
        assert_eq!(Phrases::of_offers(&news.to_lowercase()).num_different, 0);
        assert!(is_attributed(&news.to_lowercase()) && !is_attributed("buy cheap bags online"));
    }

    #[test]
    fn lists_of_texts_that_were_cut() {
        for (text, is_list) in [
            (
                "Mayor to run\nThe mayor said that she...\nFull story\nRain\nGrowers say the wettest...\nFull story",
                true,
            ),
            ("园区封顶\n主体结构将于……[详细]\n外教来了\n一位特殊的老师，她……[详细]", true),
            ("我等你……\n你没有来……\n雨停了", false),
            (&format!("{}将于……[详细]\n她……[详细]", "预算公布了。\n".repeat(8)), false),
            ("他说：“太远了……”\n雨停了。\n更多", false),
        ] {
            assert_eq!(has_cut_lines(&text.to_lowercase()), is_list, "{text}");
        }
    }

    #[test]
    fn texts_that_were_cut_show_it() {
        for (line, cut) in [
            ("气温将下降6至8度，局部……[详细]", Some(true)),
            ("the old… [Read more]", Some(true)),
            ("报名人数达到...更多>>", Some(true)),
            ("gather around a fire and [...]", Some(false)),
            ("年会在重庆……", Some(false)),
            ("他说：“太远了……”", None),
            ("天晴了。", None),
            ("We want more", None),
            ("He waited by the gate...\nShe came no more.", None),
            ("一个重要…\n阅读(1024) 评论(3) 点击阅读更多>>", Some(true)),
        ] {
            assert_eq!(cut_off(&line.to_lowercase()), cut, "{line}");
        }
    }
}
