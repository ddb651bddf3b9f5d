//! Questions that are alike in nearly every character and ask for different things: no near-duplicates under `strict`.

use tamis::config::{NearPreset, NearUnits};

use crate::support::memory::clean;
use crate::support::near::{gone, preset, texts};

/// Frames, and what stands in their place in one question and in the other. A change near an end leaves most shingles as
/// they are, so that is where they differ.
const QUESTIONS: [(&str, &str); 10] = [
    ("{}附近有什么适合周末带孩子一起去玩的地方", PLACES),
    ("第一次去外地旅游应该怎么安排行程才能玩遍{}", PLACES),
    ("{}的身份证过期了要去哪个部门重新办理手续", PEOPLE),
    ("请问在网上预约挂号的时候能不能代替{}", PEOPLE),
    ("{}银行卡需要本人带着什么证件去柜台办理", DEEDS),
    ("手机丢了以后怎样才能在电脑上把账号重新{}", DEEDS),
    ("{}年级的数学期末考试试卷及答案在哪里可以下载", NUMBERS),
    ("这种感冒药成年人每天最多能吃几次每次吃{}", NUMBERS),
    ("刚出生的小猫晚上一直叫是不是因为它{}", STATES),
    ("{}的时候喝冷水对身体会有什么影响呢", STATES),
];

const PLACES: &str = "南京|北京 大连|大理 苏州|杭州 广西|江西 山东|山西 河南|河北 湖南|湖北 成都|重庆 西安|西宁 海口|三亚 \
    长沙|长春 哈尔滨|齐齐哈尔 桂林|吉林 福州|柳州 昆明|贵阳 青岛|秦皇岛 天津|上海 宁波|宁夏 厦门|澳门 郑州|徐州";
const PEOPLE: &str = "父亲|母亲 儿子|女儿 哥哥|弟弟 姐姐|妹妹 爷爷|奶奶 丈夫|妻子 老师|学生 医生|病人 房东|房客 老板|员工 \
    男人|女人 大人|小孩 岳父|岳母 叔叔|婶婶 姑姑|舅舅 外公|外婆 同事|同学 邻居|亲戚 孕妇|产妇 军人|警察";
const DEEDS: &str = "开通|注销 绑定|解绑 激活|冻结 补办|挂失 打开|关闭 登录|退出 升级|降级 锁定|解锁 申请|取消 收藏|删除 \
    备份|恢复 隐藏|公开 注册|转让 购买|出售 租用|出租 充值|提现 借给|还给 安装|卸载 连接|断开 加密|解密";
const NUMBERS: &str = "一|二 二|三 三|四 四|五 五|六 六|七 七|八 八|九 1|2 3|5 \
    4|6 7|8 9|10 1.5|15 2.5|25 0.5|5 十|二十 两|三 十一|十二 1/2|1/4";
const STATES: &str = "饿了|渴了 冷了|热了 病了|好了 胖了|瘦了 怕黑|怕人 睡着|睡醒 早上|晚上 饭前|饭后 发烧|发冷 开心|生气 \
    不吃|能吃 想家|想吃 怀孕|生产 感冒|牙疼 上火|上学 运动|休息 站着|躺着 咳嗽|打嗝 换毛|换牙 便秘|腹泻";

/// Both questions of each pair.
fn pairs() -> Vec<[String; 2]> {
    let pairs = QUESTIONS.iter().flat_map(|(frame, words)| {
        let pairs = words.split(' ').filter_map(|pair| pair.split_once('|'));
        pairs.map(|(a, b)| [a, b].map(|word| format!("{}？\n", frame.replace("{}", word))))
    });
    pairs.collect()
}

fn is_merged(a: &str, b: &str) -> bool {
    !gone(&clean(&texts(&[a, b]), &preset(NearPreset::Strict, NearUnits::Documents))).is_empty()
}

#[test]
fn questions_of_different_meaning_stay() {
    let pairs = pairs();
    assert_eq!(pairs.len(), 200);
    let merged: Vec<&[String; 2]> = pairs.iter().filter(|[a, b]| is_merged(a, b)).collect();
    assert_eq!(merged, [] as [&[String; 2]; 0]);
}

/// A question that one text negates, or has one word more: in so short a text each of them counts.
#[test]
fn one_more_word_counts_in_a_question() {
    for [a, b] in [
        ["孕妇可以吃螃蟹吗有没有什么需要特别注意的地方", "孕妇不可以吃螃蟹吗有没有什么需要特别注意的地方"],
        ["手机银行怎么查询以前的转账记录", "工商手机银行怎么查询以前的转账记录"],
        ["怎样在网上查询自己的社保缴费情况", "怎样在网上查询自己的社保缴费情况表"],
    ] {
        assert!(!is_merged(a, b) && !is_merged(b, a), "{a} {b}");
        assert!(is_merged(a, a));
    }
}

/// How a question is punctuated and spaced makes no other question.
#[test]
fn the_same_question_goes() {
    for [a, b] in [
        ["手机丢了，怎样才能把账号重新登录？", "手机丢了怎样才能把账号重新登录"],
        ["第1次去外地旅游应该怎么安排行程？", "第１次去外地旅游，应该怎么安排行程？？"],
    ] {
        assert!(is_merged(a, b), "{a} {b}");
    }
}
