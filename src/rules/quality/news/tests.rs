//! Texts that are news and texts that are none, all invented.

use super::*;

/// The signal by which a text goes.
fn signal(text: &str) -> Option<&'static str> {
    scores(text).scores.into_iter().find(Score::is_out).map(|score| score.signal)
}

#[test]
fn news_stays() {
    for text in [
        "北京 晴 3℃~12℃\n天津 多云 4℃~11℃\n石家庄 晴转多云 2℃~13℃\n太原 阴 -1℃~9℃\n呼和浩特 小雪 -6℃~2℃\n沈阳 多云 -3℃~5℃\n长春 晴 -8℃~1℃\n哈尔滨 小雪 -12℃~-4℃\n上海 小雨 9℃~14℃\n南京 阴 7℃~13℃",
        "人民币汇率中间价\n美元 7.1012\n欧元 7.7654\n100日元 4.7321\n港元 0.9087\n英镑 9.0123\n澳元 4.6543\n加元 5.2310\n新加坡元 5.2987",
        "英超第12轮战报\n曼城 3-1 热刺\n阿森纳 2-2 切尔西\n利物浦 1-0 埃弗顿\n纽卡斯尔 0-0 狼队\n维拉 4-2 伯恩茅斯\n富勒姆 1-1 布伦特",
        "NBA results\nBoston 112, Miami 104\nDenver 98, Utah 95\nPhoenix 121, Dallas 119\nChicago 88, Detroit 90\nToronto 101, Orlando 97\nMemphis 110, Houston 99",
        "我在黄昏里等你\n等一场没有来的雨\n风把窗子推开\n又轻轻地合上\n你的影子还在墙上\n像一只不肯飞走的鸟\n我们曾经走过的路\n如今长满了青草\n而你说过的话\n我一句也没有忘记",
        "I walked along the empty shore\nAnd listened to the sea\nIt sang the songs I knew before\nBut would not sing to me\nThe lamps were lit along the bay\nThe boats were coming in\nAnd all the things I meant to say\nWere lost among the din",
        "昨晚9时许，一款打车软件瘫痪，用户打开后只看到“网络异常，请稍后重试”的提示。公司凌晨致歉，称多收的费用将原路退回。",
        "新一届理事会成员名单：王志远、李秋实、张明、周海燕、吴建国、郑晓东、冯丽、陈默、褚伟、卫国华、蒋文。",
        "快讯：北京明天有雨，气温下降。\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
        "快讯：央行下调金融机构存款准备金率0.5个百分点。",
        "中国女排3比0胜日本队",
        "著名翻译家李文光昨日在上海逝世，享年九十一岁",
        "记者：这次演出准备了多久\n演员：差不多三个月，每天排练八个小时\n记者：最难的是哪一段\n演员：结尾那一段，要一口气唱下来\n记者：观众的反应怎么样\n演员：比我想的要好，有人站起来鼓掌",
        "英国信息专员办公室周二宣布，将对违反Cookie规则的网站处以罚款。办公室表示，许多网站的弹窗没有给用户同等的“全部拒绝”选项，隐私政策也写得含糊。被点名的一家公司称，将在三十天内修改Cookie设置。",
        "据报道，新的研究显示，机器人识别验证码的正确率已超过真人。研究人员让一千四百名志愿者完成验证，平均用时十五秒，而程序不到一秒。专家建议网站改用其他办法。",
        "The company said on Tuesday that thousands of customers saw a \"page not found\" message after an update to its servers failed. Service was restored within two hours, and a spokesman apologised for the outage.",
        "警方提醒：近期有不法分子以“刷单返利”“日结工资”为诱饵实施诈骗。受害人王女士按对方要求添加微信后，先后转账八万余元。警方表示，凡是要求先垫付资金的兼职，都是诈骗，请市民不要轻信。",
        "市场监管部门昨日通报十起虚假广告案件。其中一家公司宣称其产品为“祖传秘方”，“七天见效”，被罚款二十万元。执法人员说，广告中不得使用“根治”“无效退款”等用语。",
        "涨幅居前的个股有：\n长江实业 +5.2%\n中远海控 +4.8%\n紫金矿业 +4.1%\n贵州茅台 +3.3%\n招商银行 +2.9%\n万科A +2.2%",
        "第九届青年文学奖昨晚揭晓，二十部作品获奖。获奖名单如下。\n小说奖：王海燕《北岸》\n散文奖：陈立《雪夜》\n诗歌奖：刘敏《石榴》\n评论奖：周一平《读与写》\n翻译奖：吴非《长河》",
        "19:00 新闻联播\n19:38 焦点访谈\n20:05 电视剧：大江东去（12）\n21:00 晚间新闻\n21:30 纪录片：古城\n22:15 体育世界\n23:00 午夜剧场",
        "東京都は２日、新たに１２０人の感染を確認したと発表した。前週の同じ曜日より３０人少ない。",
        "서울시는 2일 오전 9시를 기해 시내 전역에 폭염주의보를 내렸다. 기상청은 낮 최고기온이 34도까지 오를 것으로 내다봤다.",
        "กรมอุตุนิยมวิทยาเตือนว่าจะมีฝนตกหนักในภาคใต้ตั้งแต่วันพุธถึงวันศุกร์ และขอให้ประชาชนระวังน้ำท่วมฉับพลัน",
        "Le ministre a annoncé mardi que les travaux commenceraient en avril. Les habitants du quartier, qui attendent depuis dix ans, restent prudents.",
        "Thủ tướng cho biết các địa phương phải hoàn thành kế hoạch trước ngày 30 tháng 6. Nhiều tuyến đường đã được mở rộng trong năm qua.",
        "Президент подписал указ о праздничных днях. Он вступит в силу с первого января.",
        "他停了很久，才说：“我只是想回家看看，可是路太远了……”",
        "夜深了，雨还在下。他点起一支烟，望着窗外的灯火，想起许多年前的那个夜晚……",
        "Tomato soup\n2 lb ripe tomatoes\n1 onion, chopped\n3 cloves garlic\n2 tbsp olive oil\n1 cup stock\nSalt and pepper\nHeat the oil in a pan and cook the onion until it is soft. Add the rest and simmer for half an hour.",
        "双色球第2023045期开奖结果\n红球：03 08 15 22 27 31\n蓝球：09\n本期一等奖8注，每注奖金721万元。",
        "颱風「海葵」逐漸逼近，中央氣象署下午發布陸上警報。台東、屏東明天停班停課，民眾應避免到海邊活動。",
        "滚滚长江东逝水，浪花淘尽英雄。是非成败转头空。青山依旧在，几度夕阳红。",
        "Yen 149.20 to the dollar\nEuro 1.0832\nPound 1.2671\nGold 2,034.50 an ounce\nBrent crude 82.31 a barrel\nCopper 8,412 a tonne",
        "奖牌榜（前六名）\n中国 金12 银8 铜5\n美国 金10 银11 铜7\n日本 金7 银4 铜6\n英国 金5 银6 铜9\n法国 金4 银5 铜4\n韩国 金3 银2 铜6",
        "台风致三地停课\n受台风影响，厦门、漳州、泉州三地中小学今天停课。",
    ] {
        assert_eq!(signal(text), None, "{text}");
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn what_is_no_news_goes() {
    for (text, expected) in [
        (
            "很抱歉，您要访问的页面不存在！\n可能的原因：\n链接地址有误\n该内容已被管理员移除\n您可以：返回首页 或 刷新页面重试",
            "notice",
        ),
        ("Sorry，页面走丢了~\n您查看的内容可能已下架，去别处看看吧\n返回首页", "notice"),
        ("403 Forbidden\nnginx/1.18.0", "notice"),
        (
            "Service Temporarily Unavailable\nThe server is temporarily unable to service your request due to maintenance downtime or capacity problems. Please try again later.",
            "notice",
        ),
        (
            "One more step\nPlease complete the security check to access the site.\nWhy do I have to complete a CAPTCHA?\nCompleting the CAPTCHA proves you are a human and gives you temporary access to the web property.",
            "notice",
        ),
        (
            "访问验证\n系统检测到您的网络存在异常请求\n请输入图片中的字符以继续访问\n看不清？换一张\n提交",
            "notice",
        ),
        (
            "用户登录\n账号/手机号\n请输入密码\n忘记密码  免费注册\n使用第三方账号登录：QQ 微信 微博\n登录即代表同意《用户服务协议》",
            "notice",
        ),
        (
            "Sign in to continue\nEmail address\nPassword\nForgot password?\nRemember me\nNew here? Create an account",
            "notice",
        ),
        (
            "You have reached your limit of free articles this month.\nSubscribe now for unlimited access. Already a subscriber? Log in.\nCancel anytime.",
            "notice",
        ),
        ("本文为付费内容，订阅后可阅读全文\n已是会员？立即登录\n开通会员 每月仅需18元", "notice"),
        (
            "Cookies on this website\nWe use essential cookies to make our website work. We would like to set additional cookies to understand how you use it, remember your settings and improve services.\nAccept additional cookies\nReject additional cookies\nView cookies",
            "notice",
        ),
        (
            "我们重视您的隐私\n我们和合作伙伴使用 cookie 等技术来存储和访问设备上的信息，以便改进产品和展示个性化内容。\n同意并继续\n拒绝\n更多选项",
            "notice",
        ),
        (
            "手机,手机报价,智能手机,手机大全,手机论坛,手机图片,5G手机,二手手机,手机排行榜,手机游戏,手机软件,手机评测,手机行情",
            "word-list",
        ),
        (
            "标签：减肥 瘦身 减肥药 减肥方法 瘦腿 瘦肚子 运动减肥 减肥食谱 减肥茶 快速减肥 产后减肥 减肥产品",
            "word-list",
        ),
        (
            "hotels, cheap hotels, hotel deals, hotel booking, paris hotels, london hotels, rome hotels, budget hotels, luxury hotels, last minute hotels, hotel reviews, best hotels",
            "word-list",
        ),
        (
            "Looking for plumber in Springfield? Plumber Springfield offers the best plumber services Springfield. Call plumber Springfield today for emergency plumber Springfield, cheap plumber Springfield, 24 hour plumber Springfield and drain cleaning Springfield.",
            "repeated-phrase",
        ),
        (
            "上海开锁公司电话，上海开锁公司哪家好，上海开锁公司24小时上门服务，浦东开锁公司，徐汇开锁公司，静安开锁公司，上海开锁公司价格优惠，欢迎来电。",
            "offer",
        ),
        (
            "低价出售各类发票，可开广告、咨询、住宿、餐饮等，先验后付，保真，联系电话微信同步，长期有效，量大优惠",
            "offer",
        ),
        (
            "想要皮肤变白吗？本产品纯植物提取，无任何副作用，三天去斑七天美白，买二送一，限量一百套，加客服微信即送面膜一盒！",
            "offer",
        ),
        (
            "Congratulations! You have been selected to receive a $1000 gift card. Click here to claim your prize now. Offer expires today. No purchase necessary!!!",
            "offer",
        ),
        (
            "Get your dream body in 2 weeks! Our all natural weight loss pills burn fat fast with no diet and no exercise. 100% money back guarantee. Order now and get one bottle free!",
            "offer",
        ),
        ("受冷空气影响，本周末我省大部分地区气温将下降6至8度，局部……[详细]", "cut-off"),
        ("记者从教育部获悉，2020年全国硕士研究生招生考试报名人数再创新高，达到...更多>>", "cut-off"),
        (
            "The city council voted late on Monday to approve a plan that would turn the old… [Read more]",
            "cut-off",
        ),
        (
            "啊实打实大苏打撒旦发射点发阿斯蒂芬阿斯顿发斯蒂芬阿萨德发生的发顺丰阿斯顿发送到发斯蒂芬阿斯顿发斯蒂芬撒地方阿斯顿发生的发送到发斯蒂芬是打发斯蒂芬阿斯顿发",
            "unbroken-hanzi",
        ),
        (
            "xkcjv qwlkr zzptn vbmqa hgtrw plkmn bvcxz qwrtp sdfgh jklmn zxcvb qwtyp lkjhg fdsaz mnbvc xzqwr tplkj hgfds",
            "consonant-clusters",
        ),
        (
            "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt ut labore et dolore magna aliqua. Ut enim ad minim veniam, quis nostrud exercitation ullamco.",
            "lorem-ipsum",
        ),
        (
            "function getCookie(name){var arr=document.cookie.match(new RegExp(\"(^| )\"+name+\"=([^;]*)(;|$)\"));if(arr!=null)return unescape(arr[2]);return null;}\n$(function(){$(\"#nav li\").hover(function(){$(this).addClass(\"on\")})});",
            "code-characters",
        ),
        (
            "<div class=\"left\"><ul><li><a href=\"/a/1.html\" target=\"_blank\"></a></li><li><a href=\"/a/2.html\" target=\"_blank\"></a></li></ul></div>",
            "code-characters",
        ),
        (
            "2019\t12.3\t45.6\n2018\t11.2\t44.1\n2017\t10.9\t43.0\n2016\t10.1\t41.9\n2015\t9.8\t40.2\n2014\t9.1\t39.7",
            "lines-of-numbers",
        ),
        (
            "首页\n国内\n国际\n社会\n评论\n财经\n科技\n体育\n娱乐\n图片\n视频\n关于我们\n版权声明\n联系方式",
            "link-list",
        ),
        (
            "热点新闻\n省委召开常委会议研究部署下半年工作\n全市防汛工作会议召开\n我市三个项目获国家支持\n老旧小区改造提速\n首批志愿者出发援藏\n高考录取分数线公布\n南湖大桥封闭施工\n文化惠民演出季开幕\n更多>>",
            "link-list",
        ),
        (
            "Latest headlines\nCouncil Approves New Budget\nPolice Seek Witnesses After Crash\nSchool Board Names Superintendent\nLocal Team Wins State Title\nDowntown Parking Rates to Rise\nHospital Opens New Wing\nLibrary Extends Summer Hours\nFarmers Market Returns Saturday\nMore News",
            "link-list",
        ),
        ("ÖÐ¹ú¾\u{ad}¼ÃÔÚ½ñÄêÉÏ°ëÄê±£³ÖÁËÎÈ¶¨Ôö³¤£¬¹¤ÒµÉú²ú¡¢Í¶×ÊºÍÏû·Ñ¾ùÓÐËù»ØÉý¡£", "latin-1-characters"),
        (
            "涓浗缁忔祹鍦ㄤ粖骞翠笂鍗婂勾淇濇寔浜嗙ǔ瀹氬闀匡紝宸ヤ笟鐢熶骇銆佹姇璧勫拰娑堣垂鍧囨湁鎵€鍥炲崌銆",
            "utf-8-read-as-gbk",
        ),
        ("您的浏览器禁用了脚本，部分功能无法使用，请开启后重新载入。", "notice-words"),
        (
            "Страница не найдена\nВойдите на сайт или вернитесь на главную, если доступ запрещён",
            "notice-words",
        ),
        ("안전놀이터 추천 먹튀검증 완료! 신규가입 첫충 30% 무제한 입출금 토토 바카라 슬롯", "offer-words"),
        ("$12.99 $8.49 $15.00 $3.25 $7.75 $19.99 (318) (4.2) (96)", "lines-of-numbers"),
        ("お探しのページは見つかりません。\nURLをご確認ください。\nトップページへ戻る", "notice"),
        ("本网页需要浏览器支持JavaScript，请在浏览器设置中启用后刷新页面。", "notice"),
        (
            "分享到：\n新浪微博\n腾讯微博\nQQ空间\n微信\n人人网\n开心网\n豆瓣\n复制链接\n打印\n收藏",
            "link-list",
        ),
    ] {
        assert_eq!(signal(text), Some(expected), "{text}");
    }
}
